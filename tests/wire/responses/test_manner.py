"""How an answer is told to who asked for it."""

from typing import Any

import pytest

from gateway.wire.responses.manner import manner_of
from gateway.wire.responses.output import SUMMARY, THOUGHT


@pytest.mark.parametrize(
    ("fields", "thinking", "carries"),
    [
        ({}, THOUGHT, False),
        ({"include": "reasoning.encrypted_content"}, THOUGHT, False),
        ({"reasoning": {"summary": "auto"}, "include": ["reasoning.encrypted_content"]}, SUMMARY, True),
    ],
)
def test_thoughts_are_told_as_they_were_asked_for(
    fields: dict[str, Any], thinking: Any, *, carries: bool
) -> None:
    """
    As thoughts or summaries, and to be sent back.
    """
    manner = manner_of(fields)

    assert (thinking, carries, {}) == (manner.thinking, manner.carries_thoughts, manner.names)
    assert "auto" == manner.settings["tool_choice"]
