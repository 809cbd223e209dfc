"""Several processes count as one would have."""

from collections.abc import Callable

import orjson
from hypothesis import given
from hypothesis import strategies as some
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from gateway.telemetry.observer import expose
from gateway.telemetry.snapshots import (
    Snapshot,
    add_up,
    read_snapshot,
    registry_of,
    take_snapshot,
    what_remains,
    write_snapshot,
)


class Counting:
    """One process with a metric of each kind."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.counter = Counter("asked", "Asked.", ("who",), registry=self.registry)
        self.histogram = Histogram("took", "Took.", buckets=(1.0, 2.0), registry=self.registry)
        self.gauge = Gauge("running", "Running.", registry=self.registry)

    def count(self, who: str, seconds: float) -> "Counting":
        """Let something happen."""
        self.counter.labels(who).inc()
        self.histogram.observe(seconds)
        self.gauge.inc()
        return self

    @property
    def snapshot(self) -> Snapshot:
        """What it says of itself."""
        return take_snapshot(self.registry)


def told(snapshot: Snapshot) -> list[str]:
    """Return the samples as Prometheus reads them, without the times of creation."""
    body, _ = expose(registry_of(snapshot), "")
    lines = body.decode().splitlines()
    return sorted(line for line in lines if not line.startswith("#") and "_created" not in line)


EVENTS = some.lists(
    some.tuples(some.sampled_from("ab"), some.sampled_from([0.5, 1.5, 9.0]), some.integers(0, 2))
)


@given(events=EVENTS)
def test_the_sum_of_the_parts_is_what_one_process_would_have_counted(
    events: list[tuple[str, float, int]],
) -> None:
    """
    However the events were spread over three processes.
    """
    one, parts = Counting(), [Counting(), Counting(), Counting()]
    for who, seconds, part in events:
        one.count(who, seconds)
        parts[part].count(who, seconds)

    assert told(one.snapshot) == told(add_up([part.snapshot for part in parts]))


def test_a_snapshot_survives_its_journey() -> None:
    """
    As JSON and back it is the same.
    """
    snapshot = Counting().count("a", 0.5).snapshot

    assert snapshot == read_snapshot(orjson.loads(orjson.dumps(write_snapshot(snapshot))))


def test_of_the_dead_what_they_counted_remains() -> None:
    """
    Counters and histograms stay; how things are is for the living to say.
    """
    snapshot = Counting().count("a", 0.5).snapshot

    kinds = {family.kind for family in what_remains(snapshot)}

    assert {"counter", "histogram"} == kinds


def test_both_formats_are_told() -> None:
    """
    A merged account is exposed like that of one process.
    """
    snapshot = Counting().count("a", 0.5).snapshot
    is_openmetrics: Callable[[bytes], bool] = lambda body: body.endswith(b"# EOF\n")  # noqa: E731

    assert is_openmetrics(expose(registry_of(snapshot), "application/openmetrics-text")[0])
    assert not is_openmetrics(expose(registry_of(snapshot), "")[0])
