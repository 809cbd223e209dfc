"""What the limits decided so far."""

from gateway.foundation.clock import FakeClock
from gateway.limits.decisions import Decisions
from gateway.limits.kinds.requests import RequestLimit
from gateway.vocabulary.notice import Notice
from tests.fakes.ledgers import requests


def test_decisions_are_counted_by_tenant_and_limit() -> None:
    """
    For the metrics.
    """
    decisions = Decisions(FakeClock(), lambda _: None)

    for _ in range(3):
        decisions.add("acme", "refused", requests(5))
    decisions.add("acme", "granted")

    refused, granted = ("acme", "requests", "requests", "refused"), ("acme", "none", "", "granted")
    assert {refused: 3, granted: 1} == decisions.counts


def test_tenants_are_counted_under_the_names_that_they_have() -> None:
    """
    A hundred thousand of them do not fill the memory; the operator is told of whom it was.
    """
    told: list[Notice] = []
    decisions = Decisions(FakeClock(), told.append, lambda _: "other")

    for number in range(3):
        decisions.add(f"tenant-{number}", "granted")
    decisions.add_degraded("tenant-9", "degraded_allow", "gone")

    granted, degraded = ("other", "none", "", "granted"), ("other", "none", "", "degraded_allow")
    assert {granted: 3, degraded: 1} == decisions.counts
    assert ["tenant-9"] == [notice.facts["tenant"] for notice in told]


def test_keys_that_bring_limits_of_their_own_do_not_fill_the_memory() -> None:
    """
    Whoever makes keys names their limits; beyond a bound all are counted together.
    """
    decisions = Decisions(FakeClock(), lambda _: None)

    for number in range(1_000):
        decisions.add("acme", "refused", RequestLimit(name=f"own-{number}", limit=5))

    limits = [limit for _, _, limit, _ in decisions.counts]
    assert (51, "own-0", "other") == (len(limits), limits[0], limits[-1])
    assert 1_000 == sum(decisions.counts.values())


def test_decisions_without_the_ledger_are_told_ever_more_rarely() -> None:
    """
    A night without Redis is five hundred lines for a tenant, not thirty thousand; all are in their counts.
    """
    told: list[Notice] = []
    clock = FakeClock()
    decisions = Decisions(clock, told.append)
    for _ in range(8 * 3600):
        for _ in range(2):
            decisions.add_degraded("acme", "degraded_allow", "no connection")
        clock.advance(1.0)

    counts = [notice.facts["count"] for notice in told]
    assert [1, 4, 8, 16, 32] == counts[:5]
    assert [120] * 400 == counts[-400:]
    assert len(counts) < 500
    assert {"limits.degraded"} == {notice.kind for notice in told}
    assert 16 * 3600 == decisions.counts["acme", "none", "", "degraded_allow"]


def test_the_rest_is_told_when_the_ledger_decides_again() -> None:
    """
    Once it alone does for a second; the next time without it is told at once.
    """
    told: list[Notice] = []
    clock = FakeClock()
    decisions = Decisions(clock, told.append)
    for _ in range(5):
        decisions.add_degraded("acme", "degraded_local", "no connection")
    decisions.regained()
    was_degraded = decisions.is_degraded
    clock.advance(1.5)

    decisions.regained()
    is_degraded = decisions.is_degraded
    clock.advance(0.5)
    decisions.add_degraded("acme", "degraded_local", "no connection")

    assert (True, False) == (was_degraded, is_degraded)
    assert [1, 4, 1] == [notice.facts["count"] for notice in told]
