"""What an answer repeats of its request."""

from typing import Any

import pytest

from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.responses.settings import settings_of


def test_what_was_left_out_is_told_as_it_is() -> None:
    """
    Every setting that clients look for is there.
    """
    settings = settings_of({"model": "m", "input": "Hi"})

    assert {"effort": None, "summary": None} == settings["reasoning"]
    assert {"format": {"type": "text"}} == settings["text"]
    assert ({}, [], "auto", True) == (
        settings["metadata"],
        settings["tools"],
        settings["tool_choice"],
        settings["parallel_tool_calls"],
    )
    assert (False, "disabled", None) == (settings["store"], settings["truncation"], settings["instructions"])


def test_what_was_sent_is_repeated_and_what_is_not_done_is_not() -> None:
    """
    Nothing is stored or truncated, whatever was asked.
    """
    sent: dict[str, Any] = {
        "instructions": "I",
        "metadata": {"a": "b"},
        "parallel_tool_calls": False,
        "text": {"verbosity": "low"},
        "user": "u",
    }

    settings = settings_of({**sent, "store": True, "truncation": "auto", "service_tier": "flex"})

    assert {**sent, "text": {"verbosity": "low", "format": {"type": "text"}}} == {
        name: settings[name] for name in sent
    }
    assert (False, "disabled", "default") == (
        settings["store"],
        settings["truncation"],
        settings["service_tier"],
    )


@pytest.mark.parametrize(
    ("reasoning", "summary"),
    [
        ({"summary": "detailed"}, "detailed"),
        ({"generate_summary": "auto"}, "auto"),
        ({"summary": "none"}, None),
        ({"summary": None}, None),
    ],
)
def test_a_summary_may_be_asked_for(reasoning: dict[str, Any], summary: str | None) -> None:
    """
    By its older name, too.
    """
    assert summary == settings_of({"reasoning": reasoning})["reasoning"]["summary"]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"metadata": "x"}, "metadata"),
        ({"metadata": {"a": 1}}, "metadata"),
        ({"reasoning": {"summary": 5}}, "reasoning.summary"),
    ],
)
def test_what_cannot_be_repeated_is_refused(fields: dict[str, Any], place: str) -> None:
    """
    By its place.
    """
    with pytest.raises(InvalidRequest) as caught:
        settings_of(fields)

    assert place == caught.value.param
