"""The dialect that is spoken on the whole way."""

import orjson

from gateway.vocabulary.refusal import Refusal
from gateway.wire.chat import parse_chat
from gateway.wire.chat_dialect import CHAT
from tests.fakes.chats import a_body


class Tired(Refusal):
    """A refusal for these tests."""

    status, code, kind = 429, "tired", "rate_limit_error"


def test_a_request_is_taken_as_it_is() -> None:
    """
    A chat request needs no translation, and neither does its answer.
    """
    body = orjson.dumps(a_body())

    asked = CHAT.read(body)

    assert (parse_chat(body), ()) == asked


def test_the_body_is_openais_error_object() -> None:
    """
    Four fields that every SDK knows, and the request id for the operator.
    """
    body = CHAT.refusal_body(Tired("Come back later.", param="model"), "req_1")

    assert {
        "error": {
            "message": "Come back later.",
            "type": "rate_limit_error",
            "param": "model",
            "code": "tired",
            "request_id": "req_1",
        }
    } == orjson.loads(body)


def test_in_a_stream_the_same_object_is_an_event() -> None:
    """
    An SDK raises what it finds under `error` in a data line.
    """
    refusal = Tired("Come back later.")

    event = CHAT.refusal_event(refusal, "req_1")

    assert b"data: " + CHAT.refusal_body(refusal, "req_1") + b"\n\n" == event
