"""The head of a good answer."""

from gateway.foundation.clock import FakeClock
from gateway.pipeline.answer_head import answer_head
from gateway.pipeline.exchange_log import ExchangeLog
from tests.fakes.builders import a_target, an_arrival


def a_log(*, streamed: bool) -> ExchangeLog:
    log = ExchangeLog(an_arrival(request_id="req_7"), FakeClock())
    log.streamed = streamed
    log.began(a_target("house-vllm"))
    return log


def test_a_whole_answer_is_json_of_known_length() -> None:
    """
    The Node SDK needs the media type, and everybody the length.
    """
    fields = dict(answer_head(a_log(streamed=False), 42))

    assert {
        b"content-type": b"application/json",
        b"content-length": b"42",
        b"x-request-id": b"req_7",
        b"x-gateway-upstream": b"house-vllm",
    } == fields


def test_a_stream_is_marked_so_that_no_proxy_collects_it() -> None:
    """
    An event stream of unknown length that neither caches nor nginx hold back.
    """
    fields = dict(answer_head(a_log(streamed=True)))

    assert {
        b"content-type": b"text/event-stream; charset=utf-8",
        b"cache-control": b"no-cache",
        b"x-accel-buffering": b"no",
        b"x-request-id": b"req_7",
        b"x-gateway-upstream": b"house-vllm",
    } == fields


def test_before_any_upstream_was_asked_none_is_named() -> None:
    """
    A head that leaves early does not guess.
    """
    log = ExchangeLog(an_arrival(), FakeClock())

    assert b"x-gateway-upstream" not in dict(answer_head(log))
