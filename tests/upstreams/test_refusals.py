"""What a caller is told of a call that failed."""

import pytest

from gateway.upstreams.kind import Diagnosis
from gateway.upstreams.refusals import (
    UpstreamFailure,
    UpstreamRefused,
    UpstreamSilent,
    UpstreamTimedOut,
    refusal_of,
)
from gateway.upstreams.transport import (
    CompressedAnswer,
    ConnectFailed,
    InvalidAnswer,
    PoolExhausted,
    TransportBroke,
    TransportError,
    TransportTimedOut,
)
from gateway.vocabulary.refusal import Blame
from tests.fakes.builders import a_diagnosis


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ConnectFailed("secret detail"), 502, "upstream_unreachable"),
        (PoolExhausted("secret detail"), 503, "upstream_busy"),
        (TransportTimedOut("secret detail", phase="connect"), 502, "upstream_unreachable"),
        (TransportTimedOut("secret detail", phase="head"), 504, "upstream_timeout"),
        (TransportTimedOut("secret detail", phase="stall", answered=True), 504, "upstream_timeout"),
        (TransportBroke("secret detail"), 502, "upstream_broke"),
        (TransportBroke("secret detail", answered=True), 502, "upstream_broke"),
        (InvalidAnswer("secret detail", answered=True), 502, "upstream_broke"),
        (CompressedAnswer("secret detail", answered=True), 502, "upstream_misconfigured"),
    ],
)
def test_every_transport_error_has_its_refusal(error: TransportError, status: int, code: str) -> None:
    """
    Each failure has one status and one code, names the upstream, and keeps the transport's words to itself.
    """
    refusal = refusal_of(error, "house-vllm")

    assert (status, code) == (refusal.status, refusal.code)
    assert "'house-vllm'" in refusal.message
    assert "secret detail" not in refusal.message


def test_a_time_out_is_not_tried_again_at_the_same_target() -> None:
    """
    It had its time; another target may use what is left.
    """
    assert (False, True) == (UpstreamTimedOut.retry_here, UpstreamTimedOut.try_next)
    assert (False, True) == (UpstreamSilent.retry_here, UpstreamSilent.try_next)


def test_a_compressed_answer_is_asked_for_once() -> None:
    """
    The next one would be compressed too, and paid for; another server may do better.
    """
    refusal = refusal_of(CompressedAnswer("gzip", answered=True), "first")

    assert isinstance(refusal, UpstreamFailure)
    assert (False, True, False) == (refusal.retry_here, refusal.try_next, refusal.should_retry)


def test_a_full_pool_says_when_to_come_back() -> None:
    """
    Whoever finds no connection free is told to wait a second.
    """
    assert 1 == refusal_of(PoolExhausted("full"), "first").retry_after


def test_a_refused_call_says_what_the_diagnosis_says() -> None:
    """
    Status, code, kind, message, param and Retry-After are the diagnosis's.
    """
    diagnosis = a_diagnosis(
        status=429, code="upstream_rate_limited", kind="rate_limit_error", param="model", retry_after=4.0
    )

    refusal = UpstreamRefused(diagnosis)

    assert (429, "upstream_rate_limited", "rate_limit_error") == (refusal.status, refusal.code, refusal.kind)
    assert ("The upstream failed.", "model", 4.0) == (refusal.message, refusal.param, refusal.retry_after)


@pytest.mark.parametrize(("retry_here", "should_retry"), [(True, None), (False, False)])
def test_an_sdk_is_told_not_to_repeat_what_stays_as_it_is(
    *, retry_here: bool, should_retry: bool | None
) -> None:
    """
    SDKs repeat every 5xx by themselves unless they are told not to.
    """
    assert should_retry is UpstreamRefused(a_diagnosis(retry_here=retry_here)).should_retry


@pytest.mark.parametrize(
    ("kind", "blame"), [("invalid_request_error", Blame.CALLER), ("api_error", Blame.UPSTREAM)]
)
def test_a_request_that_has_to_change_is_its_callers_fault(kind: str, blame: Blame) -> None:
    """
    Whoever found the mistake.
    """
    diagnosis = Diagnosis(400, "upstream_rejected", kind, "no", retry_here=False, try_next=False)

    assert blame is UpstreamRefused(diagnosis).blame
