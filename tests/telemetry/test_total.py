"""Several processes count as one would have."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.telemetry.catalogue import (
    AUDIT_WRITE,
    DOOR_CERTIFICATE,
    FAMILIES,
    IN_FLIGHT,
    LIMIT_DECISIONS,
    POLICY,
    REQUEST_DURATION,
    UPSTREAM_UP,
)
from gateway.telemetry.changes import Changes
from gateway.telemetry.exposition import expose
from gateway.telemetry.family import Family
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.reading import Reading, Snapshot
from gateway.telemetry.tallies import Pace
from gateway.telemetry.tenant_names import TenantNames
from gateway.telemetry.total import Total
from tests.fakes.measured import OPEN, samples_on, snapshot_of, values_of, values_on

Values = dict[tuple[str, frozenset[tuple[str, str]]], float]

_SECONDS = some.sampled_from([0.25, 1.5, 700.0])


class Process:
    """One process with a metric of each kind."""

    def __init__(self) -> None:
        self.metrics = Metrics(TenantNames(9))
        self.decisions: dict[tuple[str, ...], int] = {}
        self.metrics.watch(LIMIT_DECISIONS, lambda: self.decisions)
        self.metrics.watch(IN_FLIGHT, lambda: 1)
        self._observe = self.metrics.timer(AUDIT_WRITE)

    def count(self, who: str, seconds: float) -> None:
        """Let something happen."""
        key = (who, "requests", "rpm", "refused")
        self.decisions[key] = self.decisions.get(key, 0) + 1
        self._observe(seconds)

    @property
    def snapshot(self) -> Snapshot:
        """What it says of itself."""
        return snapshot_of(self.metrics.readings())


class Crowd:
    """Processes that tell a total what changed, come and go."""

    def __init__(self, most: int = 9) -> None:
        self.total = Total(TenantNames(most))
        self._processes: dict[int, tuple[Process, Changes]] = {}

    def count(self, number: int, who: str, seconds: float) -> None:
        """Let something happen in one of them, which may be a new one."""
        process, _ = self._processes.setdefault(number, (Process(), Changes()))
        process.count(who, seconds)

    def tell(self, number: int) -> None:
        """Let one of them tell."""
        if number in self._processes:
            process, changes = self._processes[number]
            for part in changes.parts(process.metrics.readings(), 2):
                self.total.tell(process, part.told)
                self.total.withdraw(process, part.gone)

    def end(self, number: int) -> None:
        """Let one of them tell its last and end."""
        if number in self._processes:
            self.tell(number)
            process, _ = self._processes.pop(number)
            self.total.end(process)

    @property
    def alive(self) -> int:
        """How many there are."""
        return len(self._processes)

    def values(self) -> Values:
        """Let all of them tell, and return what stands on the page."""
        for number in self._processes:
            self.tell(number)
        return values_on(self.total.page(OPEN)[0])


def together(*snapshots: Snapshot, most: int = 9) -> bytes:
    """Return one page of all."""
    total = Total(TenantNames(most))
    for number, snapshot in enumerate(snapshots):
        total.tell(number, snapshot)
    return total.page(OPEN)[0]


@given(
    some.lists(
        some.tuples(
            some.sampled_from("ab"), _SECONDS, some.integers(0, 2), some.sampled_from(["", "tell", "end"])
        )
    )
)
def test_the_sum_of_the_parts_is_what_one_process_would_have_counted(
    events: list[tuple[str, float, int, str]],
) -> None:
    """
    However the events were spread over processes that come and go; how many there are shows in gauges alone.
    """
    one, crowd = Process(), Crowd()
    for who, seconds, number, next_step in events:
        one.count(who, seconds)
        crowd.count(number, who, seconds)
        if next_step == "tell":
            crowd.values()
        elif next_step == "end":
            crowd.end(number)

    summed = crowd.values()

    in_flight = ("gateway_requests_in_flight", frozenset[tuple[str, str]]())
    assert crowd.alive == summed.pop(in_flight, 0)
    expected = values_of(one.metrics.readings())
    del expected[in_flight]
    assert (expected if events else {}) == summed


def test_a_series_that_nobody_has_is_no_more() -> None:
    """
    One that another process has stays, with what that one tells.
    """
    total = Total(TenantNames(9))
    told = {UPSTREAM_UP.name: [Reading(("a",), 1), Reading(("b",), 1)]}
    total.tell("one", told)
    total.tell("other", {UPSTREAM_UP.name: [Reading(("b",), 0)]})

    total.withdraw("one", {UPSTREAM_UP.name: [("a",), ("b",), ("never told",)]})

    assert [({"upstream": "b"}, 0)] == [(one.labels, one.value) for one in samples_on(total.page(OPEN)[0])]


@pytest.mark.parametrize("accept", ["", OPEN])
def test_the_page_is_written_as_that_of_one_process(accept: str) -> None:
    """
    Byte for byte, in either form; of a family without series nothing is said.
    """
    process = Process()
    process.count("a", 0.25)
    total = Total(TenantNames(9))

    total.tell(process, process.snapshot)

    told = [(family, readings) for family in FAMILIES if (readings := process.snapshot.get(family.name))]
    assert asyncio.run(expose(told, accept)) == total.page(accept)


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
    page = together(*[{family.name: [reading]} for reading in readings])

    assert [expected] == [sample.value for sample in samples_on(page)]


def test_of_two_exemplars_of_a_bucket_the_newer_one_is_told() -> None:
    """
    Whichever process has it.
    """

    def observed(trace: str, wall: float) -> Snapshot:
        metrics = Metrics(TenantNames(9))
        pace = metrics.tallies.paces["m", True] = Pace()
        pace.durations.add(1.5, trace, wall)
        return snapshot_of(metrics.readings())

    page = together(observed("new", 2.0), observed("old", 1.0))

    samples = [one for one in samples_on(page) if one.name.startswith(REQUEST_DURATION.name)]
    assert [{"trace_id": "new"}] == [one.exemplar.labels for one in samples if one.exemplar is not None]
    assert 2 == max(one.value for one in samples if one.name.endswith("_bucket"))


def test_all_together_have_no_more_names_than_one() -> None:
    """
    Workers that read another policy name other tenants.
    """
    crowd = Crowd(most=1)
    for number, who in enumerate("abc"):
        crowd.count(number, who, 1.0)

    values = crowd.values()

    counted = {dict(labels)["tenant"]: value for (name, labels), value in values.items() if "limit" in name}
    assert {"a": 1, "other": 2} == counted
