"""Several processes count as one would have."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.telemetry.catalogue import (
    AUDIT_WRITE,
    DOOR_CERTIFICATE,
    IN_FLIGHT,
    LIMIT_DECISIONS,
    POLICY,
    REQUEST_DURATION,
    UPSTREAM_UP,
)
from gateway.telemetry.family import Family
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.reading import Reading, Snapshot
from gateway.telemetry.snapshots import (
    account_of,
    add_up,
    parts_of,
    read_snapshot,
    take_snapshot,
    what_remains,
    write_snapshot,
)
from gateway.telemetry.tallies import Pace
from gateway.telemetry.tenant_names import TenantNames
from tests.fakes.measured import values_of

_SECONDS = some.sampled_from([0.25, 1.5, 700.0])


class Process:
    """One process with a metric of each kind."""

    def __init__(self) -> None:
        self.metrics = Metrics(TenantNames(9))
        self.decisions: dict[tuple[str, ...], int] = {}
        self.metrics.watch(LIMIT_DECISIONS, lambda: self.decisions)
        self.metrics.watch(IN_FLIGHT, lambda: 1)
        self._observe = self.metrics.timer(AUDIT_WRITE)

    def count(self, who: str, seconds: float) -> "Process":
        """Let something happen."""
        key = (who, "requests", "rpm", "refused")
        self.decisions[key] = self.decisions.get(key, 0) + 1
        self._observe(seconds)
        return self

    @property
    def snapshot(self) -> Snapshot:
        """What it says of itself."""
        return take_snapshot(self.metrics.readings())


def together(*snapshots: Snapshot, most: int = 9) -> Snapshot:
    """Return one account of all."""
    return add_up(snapshots, TenantNames(most))


@given(some.lists(some.tuples(some.sampled_from("ab"), _SECONDS, some.integers(0, 2))))
def test_the_sum_of_the_parts_is_what_one_process_would_have_counted(
    events: list[tuple[str, float, int]],
) -> None:
    """
    However the events were spread over three processes; how many there are shows in gauges alone.
    """
    one, parts = Process(), [Process(), Process(), Process()]
    for who, seconds, part in events:
        one.count(who, seconds)
        parts[part].count(who, seconds)

    summed = values_of(account_of(together(*[part.snapshot for part in parts])))

    assert 3 == summed.pop(("gateway_requests_in_flight", frozenset()))
    alone = values_of(one.metrics.readings())
    assert 1 == alone.pop(("gateway_requests_in_flight", frozenset()))
    assert alone == summed


@pytest.mark.parametrize(
    ("family", "readings", "expected"),
    [
        (POLICY, [Reading(("v1",), 1), Reading(("v1",), 1)], 1),
        (DOOR_CERTIFICATE, [Reading((), 20.0), Reading((), 10.0)], 10.0),
        (UPSTREAM_UP, [Reading(("a",), 0, wall=5.0), Reading(("a",), 1, wall=4.0)], 0),
        (UPSTREAM_UP, [Reading(("a",), 0, wall=5.0), Reading(("a",), 1, wall=6.0)], 1),
    ],
)
def test_a_gauge_says_how_several_values_become_one(
    family: Family, readings: list[Reading], expected: float
) -> None:
    """
    The largest, the smallest, or the newest.
    """
    merged = together(*[{family.name: [reading]} for reading in readings])

    assert [expected] == [reading.value for reading in merged[family.name]]


def test_of_two_exemplars_of_a_bucket_the_newer_one_is_told() -> None:
    """
    Whichever process has it.
    """

    def observed(trace: str, wall: float) -> Snapshot:
        metrics = Metrics(TenantNames(9))
        pace = metrics.tallies.paces["m", True] = Pace()
        pace.durations.add(1.5, trace, wall)
        return take_snapshot(metrics.readings())

    [reading] = together(observed("new", 2.0), observed("old", 1.0))[REQUEST_DURATION.name]

    assert ["new"] == [exemplar.trace_id for exemplar in reading.exemplars]
    assert 2 == sum(reading.counts)


def test_all_together_have_no_more_names_than_one() -> None:
    """
    Workers that read another policy name other tenants.
    """
    one, other = Process().count("a", 1.0), Process().count("b", 1.0).count("c", 1.0)

    merged = together(one.snapshot, other.snapshot, most=1)

    counted = {reading.labels[0]: reading.value for reading in merged[LIMIT_DECISIONS.name]}
    assert {"a": 1, "other": 2} == counted


@given(some.integers(1, 5))
def test_a_snapshot_survives_its_journey_in_parts(size: int) -> None:
    """
    As JSON and back it is the same, and no part has more series than it may.
    """
    process = Process().count("a", 0.5).count("b", 0.5).count("c", 700.0)
    arrived: dict[str, list[Reading]] = {}

    for part in parts_of(process.metrics.readings(), size):
        assert sum(map(len, part.values())) <= size
        for name, readings in read_snapshot(orjson.loads(orjson.dumps(write_snapshot(part)))).items():
            arrived.setdefault(name, []).extend(readings)

    assert {name: readings for name, readings in process.snapshot.items() if readings} == arrived


def test_what_another_version_tells_is_left_out() -> None:
    """
    Other families, other labels, other bounds: while workers are replaced there are both.
    """
    told = {
        "gateway_of_tomorrow": [[[], 1.0]],
        IN_FLIGHT.name: [[[], 2.0], [["new label"], 3.0]],
        AUDIT_WRITE.name: [[[], 1.0, [1, 0]]],
    }

    snapshot = read_snapshot(told)

    assert {IN_FLIGHT.name: [Reading((), 2.0)], AUDIT_WRITE.name: []} == snapshot


def test_of_the_dead_what_they_counted_remains() -> None:
    """
    Counters and histograms stay; how things are is for the living to say.
    """
    remains = what_remains(Process().count("a", 0.5).snapshot)

    assert LIMIT_DECISIONS.name in remains
    assert AUDIT_WRITE.name in remains
    assert IN_FLIGHT.name not in remains
