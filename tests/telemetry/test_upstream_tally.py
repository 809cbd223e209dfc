"""What the tries at one upstream came to."""

import msgspec
import pytest

from gateway.telemetry.upstream_tally import ITS_OWN, SAYS_NOTHING, UpstreamTally
from gateway.upstreams import refusals
from gateway.upstreams.verdicts import VERDICTS
from gateway.vocabulary.refusal import Refusal
from tests.fakes.builders import an_attempt


def after(*errors: str | None) -> UpstreamTally:
    """Return the tally of tries that ended so, one a second."""
    tally = UpstreamTally()
    for second, error in enumerate(errors, start=1):
        tally.add(an_attempt("first", error), "", float(second))
    return tally


@pytest.mark.parametrize(
    ("errors", "is_up"),
    [
        ([], True),
        (["upstream_timeout", "upstream_broke"], True),
        (["upstream_timeout", "upstream_broke", "upstream_unreachable"], False),
        (["upstream_error"] * 3 + [None], True),
        # It has answered, though not as its caller wished.
        (["upstream_error"] * 3 + ["upstream_rejected"], True),
        (["upstream_error", "upstream_error", "upstream_rate_limited", "upstream_error"], True),
        # Nothing is learnt from those who left.
        (["upstream_error", "caller_left", "upstream_error", "upstream_busy", "upstream_error"], False),
        (["upstream_error"] * 3 + ["shared_answer_lost", "internal_error"], False),
    ],
)
def test_three_failures_of_its_own_in_a_row_take_it_down(errors: list[str | None], is_up: bool) -> None:  # noqa: FBT001
    """
    Any other answer brings it back.
    """
    assert is_up is after(*errors).is_up


def test_every_code_of_an_upstream_is_judged() -> None:
    """
    A new one has to be put among its own failures, among what it answered, or what says nothing.
    """
    answered = {
        "content_risk",
        "context_length_exceeded",
        "upstream_rate_limited",
        "upstream_rejected",
        "upstream_unsupported",
    }
    raised = [one for one in vars(refusals).values() if isinstance(one, type) and issubclass(one, Refusal)]
    codes = {*VERDICTS, *(one.code for one in raised if one.code.startswith("upstream_"))}

    assert codes <= ITS_OWN | SAYS_NOTHING | answered
    ours = {"caller_left", "connection_lost", "internal_error", "shared_answer_lost", "shutting_down"}
    assert ours == (ITS_OWN | SAYS_NOTHING) - codes
    assert set() == ITS_OWN & SAYS_NOTHING


def test_the_last_try_that_said_something_is_remembered() -> None:
    """
    Of several workers the one that knows last is right.
    """
    assert 2.0 == after("upstream_error", None, "caller_left").told_at


def test_tries_are_measured_and_failures_counted_by_code() -> None:
    """
    A try that got no connection waited for none, and no frame came.
    """
    tally = UpstreamTally()
    quick = msgspec.structs.replace(an_attempt("first"), queue_seconds=0.001, first_frame_seconds=0.2)

    tally.add(quick, "", 1.0)
    tally.add(an_attempt("first", "upstream_unreachable"), "", 2.0)

    assert (2, {"upstream_unreachable": 1}) == (tally.attempts, tally.errors)
    spreads = (tally.durations, tally.queues, tally.first_frames)
    counted = [sum(spread.reading(()).counts) for spread in spreads]
    assert [2, 1, 1] == counted
