"""All that is measured in one process."""

import orjson

from gateway.telemetry.catalogue import (
    AUDIT_WRITE,
    BUDGET_USED,
    IN_FLIGHT,
    LIMIT_DECISIONS,
    LOST_LINES,
    POLICY_REJECTED,
    UPSTREAM_UP,
)
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.snapshots import read_snapshot, write_snapshot
from gateway.telemetry.tenant_names import TenantNames
from tests.fakes.builders import a_caller, an_attempt, an_outcome
from tests.fakes.measured import Observed, snapshot_of, values_of


def test_what_somebody_knows_is_asked_when_it_is_read() -> None:
    """
    One value, or one for each set of labels.
    """
    metrics, running = Metrics(TenantNames(3)), [1]
    metrics.watch(IN_FLIGHT, lambda: running[0])
    metrics.watch(LOST_LINES, lambda: {("access",): 2, ("audit",): 0})
    running[0] = 7

    values = values_of(metrics.readings())

    assert 7 == values["gateway_requests_in_flight", frozenset()]
    assert [2, 0] == [
        values["gateway_lost_log_lines", frozenset({("log", log)})] for log in ("access", "audit")
    ]


def test_what_is_true_or_false_travels_as_a_number() -> None:
    """
    From a worker to its supervisor, which reads nothing but numbers.
    """
    metrics = Metrics(TenantNames(3))
    metrics.watch(POLICY_REJECTED, lambda: True)
    metrics.tallies.add(an_outcome(attempts=(an_attempt(),)), 1.0)
    snapshot = snapshot_of(metrics.readings())

    arrived = read_snapshot(orjson.loads(orjson.dumps(write_snapshot(snapshot))))

    assert snapshot == arrived
    assert [1, 1] == [arrived[family.name][0].value for family in (POLICY_REJECTED, UPSTREAM_UP)]


def test_several_may_tell_of_one_family() -> None:
    """
    Each of its own labels.
    """
    metrics = Metrics(TenantNames(3))
    metrics.watch(LOST_LINES, lambda: {("access",): 2})
    metrics.watch(LOST_LINES, lambda: {("audit",): 3})

    values = values_of(metrics.readings())
    assert {("access", 2), ("audit", 3)} == {
        (dict(labels)["log"], lost) for (_, labels), lost in values.items()
    }


def test_the_others_are_added_up_and_of_a_gauge_the_largest_is_told() -> None:
    """
    The fullest budget of those who have no name is the one to look at.
    """
    metrics = Metrics(TenantNames(1))
    metrics.names.expect(["one"])
    counts = {(tenant, "requests", "rpm", "refused"): 5 for tenant in ("one", "two", "three")}
    metrics.watch(LIMIT_DECISIONS, lambda: counts)
    metrics.watch(BUDGET_USED, lambda: {("two", "purse"): 0.5, ("three", "purse"): 0.75})

    values = values_of(metrics.readings())
    by_tenant = {(name, dict(labels)["tenant"]): value for (name, labels), value in values.items()}

    assert {
        ("gateway_limit_decisions_total", "one"): 5,
        ("gateway_limit_decisions_total", "other"): 10,
        ("gateway_budget_used_ratio", "other"): 0.75,
    } == by_tenant


def test_a_timer_takes_observations() -> None:
    """
    From whoever it is given to.
    """
    metrics = Metrics(TenantNames(1))
    observe = metrics.timer(AUDIT_WRITE)

    observe(0.5)
    observe(0.25)

    values = values_of(metrics.readings())
    assert 0.75 == values["gateway_audit_write_seconds_sum", frozenset()]


def test_a_hundred_thousand_tenants_are_a_bounded_number_of_series() -> None:
    """
    With ten thousand models that nobody knows, which all are `none`.
    """
    observed = Observed(tenants=200)
    observed.see(
        an_outcome(caller=a_caller(f"tenant-{number}"), model=None if number % 10 else "deepseek-chat")
        for number in range(100_000)
    )

    series = values_of(observed.metrics.readings())

    tenants = {dict(labels).get("tenant") for _, labels in series} - {None}
    assert 201 == len(tenants)
    assert len(series) < 1_200


def test_two_gateways_in_one_process_do_not_share_metrics() -> None:
    """
    Each has its own.
    """
    first, second = Observed(an_outcome()), Observed()

    assert values_of(first.metrics.readings())
    assert {} == values_of(second.metrics.readings())
