"""The dialect of Anthropic's clients."""

import orjson
import pytest

from gateway.vocabulary.refusal import Refusal
from gateway.wire.messages.answer import WholeMessage
from gateway.wire.messages.dialect import MESSAGES
from gateway.wire.messages.events import MessageStream

_BODY = {"model": "m", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 9}


def a_refusal(status: int) -> Refusal:
    refusal = Refusal("Come back later.", param="model")
    refusal.status, refusal.code = status, "tired"
    return refusal


@pytest.mark.parametrize(("stream", "kind"), [(True, MessageStream), (False, WholeMessage)])
def test_each_request_has_a_translator_of_its_own(*, stream: bool, kind: type) -> None:
    """
    For the answer that it will get.
    """
    asked = MESSAGES.read(orjson.dumps({**_BODY, "stream": stream}))

    assert [kind] == [type(stage) for stage in asked.stages]
    assert stream is asked.request.stream


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (402, "billing_error"),
        (403, "permission_error"),
        (404, "not_found_error"),
        (405, "invalid_request_error"),
        (413, "request_too_large"),
        (429, "rate_limit_error"),
        (500, "api_error"),
        (502, "api_error"),
        (503, "overloaded_error"),
        (504, "timeout_error"),
    ],
)
def test_a_refusal_is_anthropics_error_object(status: int, kind: str) -> None:
    """
    Its type is that of the status, its code is ours.
    """
    body = orjson.loads(MESSAGES.refusal_body(a_refusal(status), "req_1"))

    assert {
        "type": "error",
        "error": {"type": kind, "message": "Come back later.", "code": "tired"},
        "request_id": "req_1",
    } == body


def test_an_sdk_learns_that_it_holds_the_conversation_itself() -> None:
    """
    It looks for these words before it gives up.
    """
    with pytest.raises(Refusal) as caught:
        MESSAGES.read(orjson.dumps({**_BODY, "thread": {"type": "create"}}))

    body = orjson.loads(MESSAGES.refusal_body(caught.value, "req_1"))

    expected = {"error_code": "thread_unsupported_request", "unsupported": ["thread"]}
    assert ("thread_unsupported", expected) == (body["error"]["code"], body["error"]["details"])


def test_in_a_stream_the_same_object_is_an_event() -> None:
    """
    Named, because clients skip an event without a name.
    """
    refusal = a_refusal(502)

    event = MESSAGES.refusal_event(refusal, "req_1")

    assert event == b"event: error\ndata: " + MESSAGES.refusal_body(refusal, "req_1") + b"\n\n"


def test_a_sign_of_life_is_a_ping() -> None:
    """
    Which every client passes over.
    """
    assert b'event: ping\ndata: {"type":"ping"}\n\n' == MESSAGES.stream_beat
