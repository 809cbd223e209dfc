"""What dialects for texts have in common."""

from typing import Any

import orjson
import pytest

from gateway.vocabulary.refusal import Refusal
from gateway.wire.chat import ChatRequest
from gateway.wire.chat_dialect import CHAT
from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.text_dialect import TextDialect


class _Blocked(Refusal):
    status, code, kind = 403, "private_data_blocked", "permission_error"


def _request_of(fields: dict[str, Any]) -> ChatRequest:
    return ChatRequest(fields["model"], False, False, fields)


def _upper(place: str | None) -> str | None:
    return place and place.upper()


DIALECT = TextDialect(_request_of, _upper)


def test_a_body_is_read_by_whoever_knows_its_fields() -> None:
    """
    Nobody translates the answer.
    """
    asked = DIALECT.read(b'{"model": "m", "text": "x"}')

    assert ({"model": "m", "text": "x"}, ()) == (asked.request.body, asked.stages)


@pytest.mark.parametrize("body", [b"[]", b"{", b"", b'{"a": ' * 253 + b"1" + b"}" * 253])
def test_what_is_no_object_or_too_deep_is_refused(body: bytes) -> None:
    """
    Before its fields are looked at.
    """
    with pytest.raises(InvalidRequest):
        DIALECT.read(body)


def test_a_place_found_further_on_has_the_callers_name() -> None:
    """
    In a body and in a stream; everything else of a refusal looks as at chat.
    """
    blocked = _Blocked("Take it out.", param="there")

    body, event = DIALECT.refusal_body(blocked, "req_1"), DIALECT.refusal_event(blocked, "req_1")

    expected = orjson.loads(CHAT.refusal_body(blocked, "req_1"))
    assert "THERE" == orjson.loads(body)["error"]["param"]
    assert expected["error"] | {"param": "THERE"} == orjson.loads(body)["error"]
    assert b'"param":"THERE"' in event


def test_what_was_read_is_named_as_it_was_written() -> None:
    """
    A refusal of the reading names the caller's field already.
    """
    body = DIALECT.refusal_body(InvalidRequest("No.", param="messages"), "req_1")

    assert "messages" == orjson.loads(body)["error"]["param"]
