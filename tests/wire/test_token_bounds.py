"""How many tokens a request can have at most."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.token_bounds import output_bound, prompt_bound


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, None),
        ({"max_tokens": None}, None),
        ({"max_tokens": 5}, 5),
        ({"max_completion_tokens": 5}, 5),
        ({"max_tokens": 5, "max_completion_tokens": 9}, 9),
        ({"max_tokens": 5, "n": 3}, 15),
        ({"max_tokens": 10**18, "n": 10**9}, 10**9),
    ],
)
def test_the_bound_of_the_answer_is_the_callers(body: dict[str, Any], expected: int | None) -> None:
    """
    By either name, the larger of both, times the choices.
    """
    assert expected == output_bound(body)


@given(st.lists(st.text(), max_size=5))
def test_no_text_has_more_tokens_than_its_bound(texts: list[str]) -> None:
    """
    A tokenizer over bytes makes at most one token of each byte, and every message costs a few more.
    """
    messages = [{"role": "user", "content": text} for text in texts]

    assert prompt_bound({"messages": messages}) >= sum(len(text.encode()) + 8 for text in texts)


def test_a_picture_counts_as_a_picture() -> None:
    """
    Not as the letters of its base64.
    """
    url = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 1_000_000}}
    body = {"messages": [{"role": "user", "content": [{"type": "text", "text": "What?"}, url]}]}

    assert 1024 < prompt_bound(body) < 1200


def test_a_file_may_fill_the_context() -> None:
    """
    What is behind its id is unknown.
    """
    part = {"type": "file", "file": {"file_id": "file-api-1"}}

    assert prompt_bound({"messages": [{"role": "user", "content": [part]}]}) > 1_000_000


def test_tools_and_schemas_count_too() -> None:
    """
    They are sent and billed like text.
    """
    tools = [{"type": "function", "function": {"name": "f", "description": "d" * 500}}]

    assert prompt_bound({"messages": [], "tools": tools}) >= len(orjson.dumps(tools))
