"""What a process tells survives its journey to another."""

import orjson
from hypothesis import given
from hypothesis import strategies as some

from gateway.telemetry.catalogue import AUDIT_WRITE, IN_FLIGHT, REQUEST_DURATION, UPSTREAM_UP
from gateway.telemetry.reading import Exemplar, Reading, Snapshot
from gateway.telemetry.snapshots import read_gone, read_snapshot, write_snapshot

_BUCKETS = len(REQUEST_DURATION.buckets) + 1
_NUMBERS = some.floats(0, 1e12)
_EXEMPLARS = some.builds(Exemplar, some.integers(0, _BUCKETS - 1), _NUMBERS, _NUMBERS, some.text())
_UP = some.builds(Reading, some.tuples(some.text()), some.sampled_from([0, 1]), wall=_NUMBERS)
_TOOK = some.builds(
    Reading,
    some.tuples(some.text(), some.text()),
    _NUMBERS,
    some.tuples(*[some.integers(0, 2**40)] * _BUCKETS),
    some.lists(_EXEMPLARS, max_size=3).map(tuple),
)


@given(some.fixed_dictionaries({UPSTREAM_UP.name: some.lists(_UP), REQUEST_DURATION.name: some.lists(_TOOK)}))
def test_a_snapshot_survives_its_journey(snapshot: Snapshot) -> None:
    """
    As JSON and back it is the same.
    """
    assert snapshot == read_snapshot(orjson.loads(orjson.dumps(write_snapshot(snapshot))))


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
    gone = read_gone({"gateway_of_tomorrow": [["a"]], UPSTREAM_UP.name: [["b"]]})

    assert {IN_FLIGHT.name: [Reading((), 2.0)], AUDIT_WRITE.name: []} == snapshot
    assert {UPSTREAM_UP.name: [("b",)]} == gone
