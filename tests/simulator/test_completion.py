"""Facts about completions as DeepSeek reads and refuses them."""

from typing import Any

import orjson
import pytest

from gateway.simulator.completion import CompletionRequest, check_completion, read_completion
from gateway.simulator.errors import DeclinedRequest


def _read(**fields: Any) -> CompletionRequest:
    return read_completion(orjson.dumps({"model": "deepseek-flash", "prompt": "def f(", **fields}))


def test_a_completion_is_a_turn_in_which_nobody_thinks() -> None:
    """
    About the text on both sides of the gap.
    """
    chat = _read(suffix=")", max_tokens=5, stop="x").as_chat()

    assert ("def f()", False, 5, ["x"]) == (chat.messages[0].text, chat.thinks, chat.max_tokens, chat.stops)
    assert "def f(" == _read().around


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"prompt": ["a"]}, 400, "Expected `str`, got `array`"),
        ({"prompt": None}, 400, "Expected `str`, got `null`"),
        ({"model": "gpt"}, 400, "The supported API model names are"),
        ({"max_tokens": 4_097}, 422, "[1, 4096]"),
        ({"logprobs": 21}, 422, "[0, 20]"),
        ({"temperature": 3}, 422, "[0, 2]"),
    ],
)
def test_what_deepseek_would_refuse_is_refused(fields: dict[str, Any], status: int, words: str) -> None:
    """
    A wrong shape is 400, a value out of bounds 422.
    """
    with pytest.raises(DeclinedRequest) as declined:
        check_completion(_read(**fields), beta=True)

    assert (status, True) == (declined.value.answered.status, words in declined.value.answered.body.decode())


def test_what_is_no_json_is_refused() -> None:
    """
    In words of its own.
    """
    with pytest.raises(DeclinedRequest) as declined:
        read_completion(b"{")

    assert b"Failed to parse the request body as JSON" in declined.value.answered.body
