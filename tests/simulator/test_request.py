"""Facts about how a request is read."""

from typing import Any

import orjson
import pytest

from gateway.simulator.errors import DeclinedRequest
from gateway.simulator.request import read_request
from tests.simulator.raw_caller import a_body, a_tool


def _read(**fields: Any) -> Any:
    return read_request(orjson.dumps(a_body(**fields)))


def test_thinking_is_on_unless_switched_off() -> None:
    """
    DeepSeek thinks by default.
    """
    bare = read_request(b'{"model": "m", "messages": []}')

    assert bare.thinks
    assert _read(thinking={"type": "enabled"}).thinks
    assert not _read(thinking={"type": "disabled"}).thinks


def test_a_message_of_parts_has_one_text() -> None:
    """
    The text parts of a message are read together.
    """
    parts = [{"type": "text", "text": "a"}, {"type": "image_url"}, {"type": "text", "text": "b"}]

    assert "a\nb" == _read(messages=[{"role": "user", "content": parts}]).last_user.text


def test_the_shorthands_of_a_request_are_read() -> None:
    """
    Stops may be one text or several, and options tell what they mean.
    """
    request = _read(
        stop="x",
        tools=[a_tool("f")],
        response_format={"type": "json_object"},
        stream_options={"include_usage": True},
        unknown_field=1,
    )

    assert ["x"] == request.stops
    assert ["f"] == [function.name for function in request.functions]
    assert request.wants_json
    assert request.includes_usage
    assert ["x", "y"] == _read(stop=["x", "y"]).stops
    assert [] == _read().stops


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[]", b'{"model": 1, "messages": []}', b'{"model": "m"}']
)
def test_a_body_that_is_no_request_is_refused(body: bytes) -> None:
    """
    What does not parse, or has the wrong shape, is a 400 with DeepSeek's error object.
    """
    with pytest.raises(DeclinedRequest) as caught:
        read_request(body)

    assert 400 == caught.value.answered.status
    assert "invalid_request_error" == orjson.loads(caught.value.answered.body)["error"]["code"]
