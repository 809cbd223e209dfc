"""Every exchange closes once, into the outcome that is true."""

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from gateway.cache.inquiry import Unasked
from gateway.upstreams.refusals import UpstreamRefused
from gateway.usage.prices import Price, PriceList, Rates
from gateway.usage.tariff import Tariff
from gateway.vocabulary.attempt import Attempt
from gateway.vocabulary.cache_use import CacheUse
from gateway.vocabulary.ending import Ending
from gateway.vocabulary.outcome import Outcome
from gateway.vocabulary.protection import Protection
from gateway.vocabulary.residency import Clearance, Residency
from gateway.vocabulary.usage import Usage
from tests.fakes.builders import (
    REPORTED_USAGE,
    a_caller,
    a_delta,
    a_diagnosis,
    a_reporting_delta,
    a_target,
)
from tests.fakes.exchanges import Exchange

NOTHING = Usage()


def an_attempt_closed(
    status: int | None, error: str | None, usage: Usage | None, seconds: float = 0.0
) -> Attempt:
    return Attempt("first", "first-model", Residency.EXTERNAL, status, error, seconds, usage)


def test_a_finished_exchange_says_everything() -> None:
    """
    Who, what, where, how long, how much: all of it is in the outcome.
    """
    exchange = Exchange().be_answered(a_delta(), a_reporting_delta())
    exchange.clock.advance(1)

    outcome = exchange.log.close(Ending.FINISHED)

    assert (
        Outcome(
            arrival=exchange.log.arrival,
            caller=a_caller(),
            policy_version="v1",
            model="deepseek-chat",
            streamed=False,
            status=200,
            code=None,
            ending=Ending.FINISHED,
            usage=REPORTED_USAGE,
            attempts=(an_attempt_closed(200, None, REPORTED_USAGE, seconds=3.0),),
            first_token_seconds=1.0,
            total_seconds=3.0,
            waited_seconds=3.0,
            frames=2,
            trace_id="1",
        )
        == outcome
    )


def test_a_try_says_when_it_had_a_connection_and_when_its_answer_began() -> None:
    """
    Counted from its own beginning; one that got no connection says neither.
    """
    exchange = Exchange().be_sent()
    exchange.log.failed(UpstreamRefused(a_diagnosis()))
    exchange.clock.advance(5)
    exchange.log.began(a_target("second"))
    exchange.clock.advance(1)
    exchange.log.connected()
    exchange.clock.advance(2)
    exchange.log.answered()

    first, second = exchange.log.close(Ending.FINISHED).attempts

    assert (None, None) == (first.queue_seconds, first.first_frame_seconds)
    assert (1.0, 3.0) == (second.queue_seconds, second.first_frame_seconds)


def test_others_are_waited_for_until_the_request_is_here_and_while_upstreams_are_asked() -> None:
    """
    What lies before, between and behind is the gateway's own time, but for what lies between two tries.
    """
    exchange = Exchange().be_identified()
    exchange.clock.advance(10)
    exchange.log.arrived()
    exchange.clock.advance(0.5)
    exchange.log.began(a_target("first"))
    exchange.clock.advance(3)
    exchange.log.failed(UpstreamRefused(a_diagnosis()))
    exchange.clock.advance(1)
    exchange.log.began(a_target("second"))
    exchange.clock.advance(2)
    exchange.log.failed(UpstreamRefused(a_diagnosis()))
    exchange.clock.advance(0.25)

    outcome = exchange.log.close(Ending.UPSTREAM_BROKE)

    assert (16.75, 16.0) == (outcome.total_seconds, outcome.waited_seconds)


def test_an_answer_that_needs_no_upstream_waits_for_the_request_alone() -> None:
    """
    Such as one that was kept.
    """
    exchange = Exchange().be_identified()
    exchange.clock.advance(1)
    exchange.log.arrived()
    exchange.clock.advance(2)

    assert 1.0 == exchange.log.close(Ending.FINISHED).waited_seconds


@pytest.mark.parametrize(
    ("ending", "code", "error"),
    [
        (Ending.FINISHED, None, None),
        (Ending.CALLER_LEFT, None, "caller_left"),
        (Ending.UPSTREAM_BROKE, "upstream_broke", "upstream_broke"),
        (Ending.TIMED_OUT, "upstream_timeout", "upstream_timeout"),
        (Ending.REFUSED, "shutting_down", "shutting_down"),
    ],
)
def test_every_ending_closes_the_running_attempt(ending: Ending, code: str | None, error: str | None) -> None:
    """
    However it ends, the try that ran is in the outcome.
    """
    exchange = Exchange().be_answered(a_delta(), a_delta())
    exchange.log.code = code

    outcome = exchange.log.close(ending)

    usage = Usage(3, 2, 0, 3, measured=False)
    assert (ending, code, usage) == (outcome.ending, outcome.code, outcome.usage)
    assert (an_attempt_closed(200, error, usage, seconds=2.0),) == outcome.attempts


def test_a_cut_stream_is_estimated() -> None:
    """
    Without the upstream's report, the prompt is a rule of thumb and each delta a token; it says so.
    """
    outcome = Exchange().be_answered(a_delta(), a_delta(), a_delta()).log.close(Ending.CALLER_LEFT)

    assert Usage(3, 3, 0, 3, measured=False) == outcome.usage


def test_a_caller_who_leaves_pays_for_images_and_tools_too() -> None:
    """
    The model has read them when its answer begins.
    """
    exchange = Exchange().be_answered(a_delta())
    image = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    tool = {"type": "function", "function": {"name": "find", "description": "d" * 100_000}}
    exchange.log.body = {"messages": [{"role": "user", "content": [image] * 10}], "tools": [tool]}

    usage = exchange.log.close(Ending.CALLER_LEFT).usage

    assert 10_240 + 30_000 < usage.prompt_tokens == usage.cache_miss_tokens < 10_240 + 30_100


def test_a_report_counts_more_than_our_own_count() -> None:
    """
    What the upstream measured is believed, also when the stream broke afterwards.
    """
    outcome = Exchange().be_answered(a_reporting_delta()).log.close(Ending.UPSTREAM_BROKE)

    assert REPORTED_USAGE == outcome.usage


def test_a_caller_leaving_during_dispatch_leaves_an_attempt() -> None:
    """
    The upstream was asked and may bill the prompt, so there is a try, and its estimate.
    """
    exchange = Exchange().be_sent()
    exchange.clock.advance(2)

    outcome = exchange.log.close(Ending.CALLER_LEFT)

    usage = Usage(3, 0, 0, 3, measured=False)
    assert usage == outcome.usage
    assert (an_attempt_closed(None, "caller_left", usage, seconds=2.0),) == outcome.attempts


def test_a_refusal_before_any_upstream_costs_nothing() -> None:
    """
    No try, no tokens.
    """
    exchange = Exchange().be_identified()
    exchange.log.code = "residency_unavailable"

    outcome = exchange.log.close(Ending.REFUSED)

    assert ((), NOTHING) == (outcome.attempts, outcome.usage)


def test_a_stranger_leaves_an_outcome_too() -> None:
    """
    A request refused at its head has no caller, no model and no upstream.
    """
    outcome = Exchange().log.close(Ending.REFUSED)

    assert (None, None, None) == (outcome.caller, outcome.model, outcome.upstream)
    assert (None, None, 0) == (outcome.status, outcome.first_token_seconds, outcome.frames)


def test_failed_tries_stand_before_the_one_that_answered() -> None:
    """
    All tries are listed in order, each with its error and its time.
    """
    exchange = Exchange().be_sent("down")
    exchange.clock.advance(2)
    exchange.log.failed(UpstreamRefused(a_diagnosis(status=503, code="upstream_overloaded")))
    exchange.be_answered(a_reporting_delta())

    outcome = exchange.log.close(Ending.FINISHED)

    assert [("down", "upstream_overloaded", 2.0, None), ("first", None, 1.0, REPORTED_USAGE)] == [
        (attempt.upstream, attempt.error, attempt.seconds, attempt.usage) for attempt in outcome.attempts
    ]
    assert "first" == outcome.upstream


def test_an_exchange_whose_tries_all_failed_costs_nothing() -> None:
    """
    A try that gave no answer is not estimated, and it is not closed a second time.
    """
    exchange = Exchange().be_sent()
    exchange.log.failed(UpstreamRefused(a_diagnosis(status=503)))

    outcome = exchange.log.close(Ending.UPSTREAM_BROKE)

    assert 1 == len(outcome.attempts)
    assert NOTHING == outcome.usage


def test_the_first_token_is_the_first_frame_alone() -> None:
    """
    Later frames do not move it.
    """
    outcome = Exchange().be_answered(a_delta(), a_delta(), a_delta()).log.close(Ending.FINISHED)

    assert (1.0, 3) == (outcome.first_token_seconds, outcome.frames)


def test_the_upstream_is_the_one_asked_last() -> None:
    """
    Nobody before the first try, then whoever is being asked.
    """
    exchange = Exchange()
    before = exchange.log.upstream

    exchange.be_sent("first").be_sent("second")

    assert (None, "second") == (before, exchange.log.upstream)


def test_a_call_that_was_sent_twice_is_two_attempts() -> None:
    """
    The one whose connection was lost has no status.
    """
    exchange = Exchange().be_sent()
    exchange.log.repeated()

    outcome = exchange.log.close(Ending.CALLER_LEFT)

    assert [(None, "connection_lost"), (None, "caller_left")] == [
        (attempt.status, attempt.error) for attempt in outcome.attempts
    ]


def test_a_try_in_which_nothing_was_sent_is_none() -> None:
    """
    The record names no destination, and nothing was consumed.
    """
    exchange = Exchange().be_sent()

    exchange.log.withheld()

    outcome = exchange.log.close(Ending.REFUSED)
    assert ((), NOTHING, None) == (outcome.attempts, outcome.usage, outcome.upstream)


def test_nobody_is_waited_for_in_a_try_that_was_withheld() -> None:
    """
    It began at some time of the clock and has no end, so its length would be anything.
    """
    exchange = Exchange().be_sent()
    exchange.clock.advance(2)

    exchange.log.withheld()

    assert 0.0 == exchange.log.close(Ending.REFUSED).waited_seconds


def test_a_caller_who_leaves_in_the_middle_of_a_try_was_waited_for_until_then() -> None:
    """
    The upstream that had not answered yet is waited for to the last.
    """
    exchange = Exchange().be_sent()
    exchange.clock.advance(2)

    assert 2.0 == exchange.log.close(Ending.CALLER_LEFT).waited_seconds


def test_a_leaver_whose_try_goes_on_for_others_was_waited_for_until_then() -> None:
    """
    The heir's waiting begins where the leaver's ends.
    """
    leaver, heir = Exchange().be_sent(), Exchange().be_identified()
    leaver.clock.advance(2)

    leaver.log.hand_over(heir.log)
    heir.clock.advance(3)

    assert 2.0 == leaver.log.close(Ending.CALLER_LEFT).waited_seconds
    assert 3.0 == heir.log.close(Ending.FINISHED).waited_seconds


def test_what_was_done_to_the_answer_is_accounted_for_at_the_end() -> None:
    """
    The facts of the request, with those of the answer as far as it came.
    """
    exchange = Exchange().be_sent()
    exchange.log.protected(Protection("baseline", Clearance.EXTERNAL))
    exchange.log.account = lambda protection: replace(protection, restored=2)

    outcome = exchange.log.close(Ending.FINISHED)

    assert Protection("baseline", Clearance.EXTERNAL, restored=2) == outcome.protection


def test_one_who_only_listens_pays_nothing_and_has_saved_what_was_reported() -> None:
    """
    The answer was another one's call, or was kept.
    """
    exchange = Exchange().be_identified()
    exchange.log.inquiry = Shared()
    exchange.log.source = exchange.source
    exchange.log.meter.feed(a_reporting_delta())

    outcome = exchange.log.close(Ending.FINISHED)

    assert (NOTHING, (), CacheUse("hit", saved=REPORTED_USAGE)) == (
        outcome.usage,
        outcome.attempts,
        outcome.cache,
    )


def test_what_was_saved_has_the_price_of_the_first_place_that_it_could_have_gone_to() -> None:
    """
    A kept answer does not say who gave it, and stands for one that would be asked for now.
    """
    exchange = Exchange().be_identified()
    exchange.log.inquiry = Shared()
    exchange.log.source = exchange.source
    exchange.log.targets = (a_target("first"),)
    exchange.log.tariff = Tariff(
        {("first", "first-model"): {"USD": PriceList((Price(0.0, Rates(*[2 * 10**6] * 4)),))}}
    )
    exchange.log.meter.feed(a_reporting_delta())

    use = exchange.log.close(Ending.FINISHED).cache

    tokens = REPORTED_USAGE.prompt_tokens + REPORTED_USAGE.completion_tokens
    assert use is not None
    assert {"USD": 2 * tokens} == use.saved_costs


class Shared(Unasked):
    """An inquiry that found something."""

    def use(self, reported: Usage | None, costs: Mapping[str, int]) -> CacheUse:
        """A hit."""
        return CacheUse("hit", saved=reported, saved_costs=costs)


def test_whoever_lets_go_of_their_source_is_done() -> None:
    """
    At once, and the source is closed once.
    """
    exchange, done = Exchange().be_answered(a_delta()), list[str]()
    exchange.log.let_go(lambda: done.append("concluded"))

    assert (1, ["concluded"]) == (exchange.source.closings, done)


def test_whoever_pays_on_is_done_with_the_call() -> None:
    """
    Once, though its caller has left long before; with all that came meanwhile.
    """
    exchange, done = Exchange().be_answered(a_delta()), list[str]()
    exchange.log.stay()
    exchange.log.let_go(lambda: done.append("concluded"))
    during = list(done)
    exchange.log.meter.counted(7)
    exchange.log.call_is_over()
    exchange.log.call_is_over()

    assert ([], ["concluded"]) == (during, done)
    assert Usage(3, 7, 0, 3, measured=False) == exchange.log.close(Ending.CALLER_LEFT).usage


def test_a_call_that_is_over_before_its_payer_lets_go_keeps_nobody_open() -> None:
    """
    As where whoever read too slowly is still being told so.
    """
    exchange, done = Exchange().be_answered(a_delta()), list[str]()
    exchange.log.stay()
    exchange.log.call_is_over()
    exchange.log.let_go(lambda: done.append("concluded"))

    assert ["concluded"] == done
