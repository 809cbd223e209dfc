"""How often what was measured fell between which bounds."""

from hypothesis import given
from hypothesis import strategies as some
from prometheus_client import CollectorRegistry, Histogram

from gateway.telemetry.catalogue import ANSWER_SECONDS
from gateway.telemetry.reading import Exemplar
from gateway.telemetry.spread import Spread, readings

DURATIONS = some.lists(some.one_of(some.sampled_from(ANSWER_SECONDS), some.floats(0.0, 1000.0)), max_size=20)


@given(DURATIONS)
def test_a_spread_counts_like_the_histogram_of_the_library(durations: list[float]) -> None:
    """
    Also on a bound, which belongs to what is below it.
    """
    known = Histogram("known", "Known.", buckets=ANSWER_SECONDS, registry=CollectorRegistry())
    spread = Spread(ANSWER_SECONDS)
    for duration in durations:
        known.observe(duration)
        spread.add(duration)

    reading = spread.reading(())
    assert [bucket.get() for bucket in known._buckets] == list(reading.counts)
    assert known._sum.get() == reading.value


def test_each_bucket_remembers_the_last_trace_that_fell_into_it() -> None:
    """
    What belongs to no trace leaves the one before.
    """
    spread = Spread((1.0, 2.0))

    spread.add(0.5, "first", 100.0)
    spread.add(0.7, "second", 101.0)
    spread.add(9.0, "slow", 102.0)
    spread.add(8.0)

    expected = {Exemplar(0, 0.7, 101.0, "second"), Exemplar(2, 9.0, 102.0, "slow")}
    assert expected == set(spread.reading(()).exemplars)


def test_what_never_counted_is_left_out() -> None:
    """
    A series of zeros for every model that has no streams would say nothing.
    """
    empty, full = Spread((1.0,)), Spread((1.0,))
    full.add(0.5)

    assert [("b",)] == [reading.labels for reading in readings([(("a",), empty), (("b",), full)])]
