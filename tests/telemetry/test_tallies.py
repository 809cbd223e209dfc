"""Exchanges are counted in plain numbers."""

from hypothesis import given
from hypothesis import strategies as some
from prometheus_client import CollectorRegistry, Histogram

from gateway.telemetry.tallies import BOUNDS_SECONDS, Spread, Tallies
from gateway.vocabulary.ending import Ending
from gateway.vocabulary.usage import Usage
from tests.fakes.builders import an_attempt, an_outcome

DURATIONS = some.lists(some.one_of(some.sampled_from(BOUNDS_SECONDS), some.floats(0.0, 1000.0)), max_size=20)


@given(DURATIONS)
def test_a_spread_counts_like_the_histogram_of_the_library(durations: list[float]) -> None:
    """
    Also on a bound, which belongs to what is below it.
    """
    known = Histogram("known", "Known.", buckets=BOUNDS_SECONDS, registry=CollectorRegistry())
    spread = Spread()
    for duration in durations:
        known.observe(duration)
        spread.add(duration)

    assert spread.counts == [bucket.get() for bucket in known._buckets]
    assert spread.seconds == known._sum.get()


@given(DURATIONS, DURATIONS)
def test_two_spreads_merged_are_the_spread_of_both(ones: list[float], others: list[float]) -> None:
    """
    The other one stays what it was.
    """
    one, other, both = Spread(), Spread(), Spread()
    for duration in ones:
        one.add(duration)
        both.add(duration)
    for duration in others:
        other.add(duration)
        both.add(duration)

    one.merge(other)

    assert both.counts == one.counts
    assert len(others) == sum(other.counts)


def test_modes_are_tallied_apart() -> None:
    """
    Streams have other durations than whole answers.
    """
    tallies = Tallies()

    tallies.add(an_outcome(streamed=True))
    tallies.add(an_outcome(streamed=False))
    tallies.add(an_outcome(streamed=False, ending=Ending.CALLER_LEFT))

    assert {
        ("acme", "deepseek-chat", True): {(200, Ending.FINISHED): 1},
        ("acme", "deepseek-chat", False): {(200, Ending.FINISHED): 1, (200, Ending.CALLER_LEFT): 1},
    } == {key: tally.endings for key, tally in tallies.exchanges.items()}


def test_strangers_are_tallied_under_no_name() -> None:
    """
    Whoever has no tenant and no model is `none`.
    """
    tallies = Tallies()

    tallies.add(an_outcome(caller=None, model=None))

    assert [("none", "none", True)] == list(tallies.exchanges)


def test_tokens_add_up() -> None:
    """
    Each kind by itself.
    """
    tallies = Tallies()

    tallies.add(an_outcome(usage=Usage(7, 5, 4, 3, 2)))
    tallies.add(an_outcome(usage=Usage(70, 50, 40, 30, 20)))

    [tally] = tallies.exchanges.values()
    assert (44, 33, 55, 22) == (tally.cache_hit, tally.cache_miss, tally.completion, tally.reasoning)


def test_tries_are_tallied_by_upstream_and_failures_by_code() -> None:
    """
    Whatever became of the exchange.
    """
    tallies = Tallies()

    tallies.add(an_outcome(attempts=(an_attempt("first", "upstream_timeout"), an_attempt("second"))))

    assert {"first": 1, "second": 1} == tallies.attempts
    assert {("first", "upstream_timeout"): 1} == tallies.errors
