"""The dialect of OpenAI's newer clients."""

import orjson
import pytest

from gateway.vocabulary.refusal import Refusal
from gateway.wire.chat_dialect import CHAT
from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.responses.answer import WholeResponse
from gateway.wire.responses.dialect import RESPONSES
from gateway.wire.responses.events import ResponseStream


class _Broke(Refusal):
    status, code, kind = 502, "upstream_broke", "api_error"


@pytest.mark.parametrize(("stream", "stage"), [(False, WholeResponse), (True, ResponseStream)])
def test_a_request_comes_with_the_stage_that_says_its_answer(*, stream: bool, stage: type) -> None:
    """
    Whole or as a stream.
    """
    asked = RESPONSES.read(orjson.dumps({"model": "m", "input": "Hi", "stream": stream}))

    assert ("m", stream) == (asked.request.model, asked.request.stream)
    assert [stage] == [type(found) for found in asked.stages]


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"model": "m", "input": "Hi", "metadata": 5}'])
def test_what_is_no_request_is_refused(body: bytes) -> None:
    """
    Before anything leaves.
    """
    with pytest.raises(InvalidRequest):
        RESPONSES.read(body)


def test_what_is_refused_before_a_stream_looks_as_at_chat() -> None:
    """
    The same clients read both.
    """
    assert CHAT.refusal_body(_Broke("It broke."), "req_1") == RESPONSES.refusal_body(
        _Broke("It broke."), "req_1"
    )


def test_a_break_is_an_event_that_no_client_takes_for_an_end() -> None:
    """
    As documented, and as the SDKs look for what they raise.
    """
    name, data = RESPONSES.refusal_event(_Broke("It broke."), "req_1").split(b"\ndata: ")

    event = orjson.loads(data)
    assert (b"event: error", "error") == (name, event["type"])
    assert ("upstream_broke", "It broke.", None) == (event["code"], event["message"], event["param"])
    assert {"code", "message", "param", "type", "request_id"} == event["error"].keys()


def test_a_sign_of_life_is_a_comment() -> None:
    """
    Which every client passes over.
    """
    assert RESPONSES.stream_beat.startswith(b":")
