"""Exchanges are counted in plain numbers."""

from gateway.telemetry.tallies import Tallies
from gateway.telemetry.tenant_names import TenantNames
from gateway.vocabulary.cache_use import CacheUse
from gateway.vocabulary.ending import Ending
from gateway.vocabulary.outcome import Outcome
from gateway.vocabulary.usage import Usage
from tests.fakes.builders import a_caller, an_attempt, an_outcome


def tallied(*outcomes: Outcome, most: int = 10) -> Tallies:
    """Return the tallies of these exchanges."""
    tallies = Tallies(TenantNames(most))
    for outcome in outcomes:
        tallies.add(outcome, 1_800_000_000.0)
    return tallies


def test_endings_are_tallied_by_tenant_and_model() -> None:
    """
    Streams and whole answers together; how long they took, apart.
    """
    tallies = tallied(
        an_outcome(streamed=True),
        an_outcome(streamed=False),
        an_outcome(streamed=False, ending=Ending.CALLER_LEFT),
    )

    assert {("acme", "deepseek-chat"): {(200, Ending.FINISHED): 2, (200, Ending.CALLER_LEFT): 1}} == {
        key: tally.endings for key, tally in tallies.exchanges.items()
    }
    assert {("deepseek-chat", True): 1, ("deepseek-chat", False): 2} == {
        key: sum(pace.durations.reading(()).counts) for key, pace in tallies.paces.items()
    }


def test_strangers_are_tallied_under_no_name() -> None:
    """
    Whoever has no tenant and no model is `none`.
    """
    assert [("none", "none")] == list(tallied(an_outcome(caller=None, model=None)).exchanges)


def test_tokens_and_money_add_up() -> None:
    """
    Each kind and currency by itself, what was saved beside what was spent.
    """
    saved = CacheUse("hit", saved=Usage(9, 8), saved_costs={"USD": 5})

    [tally] = tallied(
        an_outcome(usage=Usage(7, 5, 4, 3, 2), costs={"USD": 3, "CNY": 1}),
        an_outcome(usage=Usage(70, 50, 40, 30, 20), costs={"USD": 30}),
        an_outcome(usage=Usage(), attempts=(), cache=saved),
    ).exchanges.values()

    assert (44, 33, 55, 22) == (tally.cache_hit, tally.cache_miss, tally.completion, tally.reasoning)
    assert ({"USD": 33, "CNY": 1}, {"USD": 5}) == (tally.costs, tally.saved_costs)
    assert (9, 8, {"hit": 1}) == (tally.saved_prompt, tally.saved_completion, tally.from_cache)


def test_overhead_is_what_nobody_was_waited_for() -> None:
    """
    Clocks that disagree by a little make no negative time.
    """
    [pace] = tallied(
        an_outcome(total_seconds=1.5, waited_seconds=1.25), an_outcome(total_seconds=1.0, waited_seconds=1.1)
    ).paces.values()

    assert 0.25 == pace.overheads.reading(()).value


def test_the_pace_of_tokens_is_taken_from_whole_streams_of_a_model() -> None:
    """
    Not from what was kept, cut off, whole at once, or one token long.
    """
    tallies = tallied(
        an_outcome(usage=Usage(7, 11), total_seconds=1.5, first_token_seconds=0.5),
        an_outcome(usage=Usage(7, 11), attempts=()),
        an_outcome(usage=Usage(7, 11), ending=Ending.UPSTREAM_BROKE),
        an_outcome(usage=Usage(7, 11), first_token_seconds=None),
        an_outcome(usage=Usage(7, 1)),
        an_outcome(usage=Usage(7, 11), streamed=False),
    )

    reading = tallies.paces["deepseek-chat", True].output_tokens.reading(())
    assert (1, 0.1) == (sum(reading.counts), reading.value)
    assert 0 == sum(tallies.paces["deepseek-chat", False].output_tokens.reading(()).counts)


def test_tries_are_tallied_by_upstream_whatever_became_of_the_exchange() -> None:
    """
    A fail-over is two tries.
    """
    tallies = tallied(an_outcome(attempts=(an_attempt("first", "upstream_timeout"), an_attempt("second"))))

    assert {"first": 1, "second": 1} == {name: tally.attempts for name, tally in tallies.upstreams.items()}


def test_tenants_beyond_the_cap_are_tallied_together() -> None:
    """
    So that memory stays bounded too.
    """
    outcomes = [an_outcome(caller=a_caller(f"tenant-{number}")) for number in range(1000)]

    tallies = tallied(*outcomes, most=3)

    assert 4 == len(tallies.exchanges)
    assert {(200, Ending.FINISHED): 997} == tallies.exchanges["other", "deepseek-chat"].endings
