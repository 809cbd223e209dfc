from typing import Any

import pytest

from gateway.upstreams.request_fields import (
    CONTROL_FIELDS,
    OPENAI_FIELDS,
    ask_for_usage,
    has_prefix,
    name_the_limit,
    pick,
    tell_the_template,
    wants_thinking,
    with_known_roles,
    without_prefix_marks,
)
from tests.fakes.chats import a_request


def test_only_what_is_allowed_and_said_is_picked() -> None:
    """
    Unknown fields and nulls stay behind; the model goes under its new name.
    """
    request = a_request(temperature=0, rid="7", x=1)
    request.body["top_p"] = None

    body = pick(request, OPENAI_FIELDS, "m")

    assert {"model": "m", "messages": request.body["messages"], "temperature": 0} == body


def test_no_field_is_both_harmless_and_reaching() -> None:
    """
    The two lists have nothing in common.
    """
    assert set() == OPENAI_FIELDS & CONTROL_FIELDS


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"max_completion_tokens": 5}, {"max_tokens": 5}),
        ({"max_completion_tokens": 5, "max_tokens": 3}, {"max_tokens": 3}),
        ({"max_completion_tokens": 5, "max_tokens": None}, {"max_tokens": 5}),
        ({"max_completion_tokens": None}, {}),
        ({"max_tokens": 3}, {"max_tokens": 3}),
        ({}, {}),
    ],
)
def test_the_limit_goes_by_its_older_name(body: dict[str, Any], expected: dict[str, Any]) -> None:
    """
    `max_tokens` wins where both are said.
    """
    name_the_limit(body)

    assert expected == body


def test_usage_is_asked_for_in_streams_alone() -> None:
    """
    The caller's own stream options give way.
    """
    streamed: dict[str, Any] = {"stream_options": {"include_usage": False, "continuous_usage_stats": True}}
    whole: dict[str, Any] = {"stream_options": {"include_usage": True}}

    ask_for_usage(streamed, streams=True)
    ask_for_usage(whole, streams=False)

    assert ({"stream_options": {"include_usage": True}}, {}) == (streamed, whole)


@pytest.mark.parametrize(
    ("thinking", "expected"),
    [
        ({"type": "enabled"}, True),
        ({"type": "disabled"}, False),
        ({"type": "auto"}, None),
        ({"type": ["enabled"]}, None),
        ({}, None),
        (None, None),
    ],
)
def test_thinking_is_on_off_or_unsaid(thinking: object, expected: bool | None) -> None:  # noqa: FBT001
    """
    What DeepSeek does not define is nothing said.
    """
    assert expected is wants_thinking(a_request(thinking=thinking))


def test_template_switches_are_set_without_handing_over_the_template() -> None:
    """
    Plain switches of the caller stay; what replaces the template or its input goes.
    """
    own = {"thinking": True, "style": "short", "chat_template": "{{x}}", "tokenize": True, "deep": {"x": 1}}
    body: dict[str, Any] = {}

    request = a_request(chat_template_kwargs=own, thinking={"type": "disabled"})
    tell_the_template(body, request, "thinking", "enable_thinking")

    assert {"chat_template_kwargs": {"thinking": False, "style": "short", "enable_thinking": False}} == body


def test_a_caller_who_says_nothing_sets_no_switch() -> None:
    """
    The server's own default holds.
    """
    body: dict[str, Any] = {}

    tell_the_template(body, a_request(), "thinking")

    assert {} == body


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ({"role": "assistant", "content": "The", "prefix": True}, True),
        ({"role": "assistant", "content": "The", "prefix": False}, False),
        ({"role": "assistant", "content": "The"}, False),
        ({"role": "user", "content": "The", "prefix": True}, False),
    ],
)
def test_a_prefix_is_the_assistants_last_word(last: dict[str, Any], *, expected: bool) -> None:
    """
    Only the last message can be the beginning of the answer.
    """
    request = a_request(messages=[{"role": "user", "content": "x"}, last])

    assert expected == has_prefix(request)


def test_taking_prefix_marks_off_leaves_the_request_alone() -> None:
    """
    Nobody changes what the caller sent; without a mark nothing is copied.
    """
    marked = [{"role": "assistant", "content": "The", "prefix": True}]
    plain = [{"role": "user", "content": "x"}]

    assert [{"role": "assistant", "content": "The"}] == without_prefix_marks(marked)
    assert marked[0]["prefix"] is True
    assert without_prefix_marks(plain) is plain


def test_what_a_developer_says_is_said_by_the_system() -> None:
    """
    The message keeps its place and everything else; nothing is copied where nobody is called so.
    """
    known = [{"role": "system", "content": "a"}, {"role": "latest_reminder", "content": "b"}]
    newer = {"role": "developer", "content": "c", "name": "d"}

    renamed = with_known_roles([*known, newer])

    assert [*known, {"role": "system", "content": "c", "name": "d"}] == renamed
    assert newer["role"] == "developer"
    assert known is with_known_roles(known)
