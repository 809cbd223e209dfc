"""What is judged in one look would be judged no differently in several."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.wire.chat_messages import check_messages
from gateway.wire.chat_options import check_options
from gateway.wire.plain_chat import MODEL_CHARACTERS, is_plain
from tests.fakes.chats import a_body

_SCALARS = (
    some.none()
    | some.booleans()
    | some.integers(-(2**70), 2**70)
    | some.floats(allow_nan=False, allow_infinity=False)
    | some.sampled_from([0, 1, -1, 1.0, 0.0, "", "a", "user", "latest_reminder", "nobody", "x" * 300])
)
_VALUES = (
    _SCALARS | some.lists(_SCALARS, max_size=2) | some.dictionaries(some.just("include_usage"), _SCALARS)
)
_MESSAGES = some.lists(
    some.dictionaries(some.sampled_from(["role", "content", "name", "prefix", "tool_calls"]), _VALUES),
    max_size=2,
) | some.just([{"role": "user", "content": "a"}])
_REQUESTS = some.fixed_dictionaries(
    {"model": _VALUES | some.just("m"), "messages": _MESSAGES | _VALUES},
    optional=dict.fromkeys(
        [
            *("stream", "stream_options", "max_tokens", "max_completion_tokens", "n", "temperature", "top_p"),
            *("frequency_penalty", "presence_penalty", "stop", "tools", "tool_choice", "response_format"),
            *("thinking", "reasoning_effort", "logprobs", "top_logprobs", "user", "user_id", "seed", "other"),
        ],
        _VALUES,
    ),
)


@pytest.mark.slow
@given(fields=_REQUESTS)
def test_what_is_plain_passes_every_check(fields: dict[str, Any]) -> None:
    """
    The one look is at least as strict as all others, and lets nothing nested pass.
    """
    # As it comes from the parser, which knows no integer beyond 64 bits.
    try:
        fields = orjson.loads(orjson.dumps(fields))
    except TypeError:
        return
    if not is_plain(fields):
        return

    check_messages(fields["messages"])
    check_options(fields)
    assert type(fields["model"]) is str
    assert 0 < len(fields["model"]) <= MODEL_CHARACTERS
    assert not any(isinstance(value, dict) for value in fields.values())
    assert "stream_options" not in fields
    assert "tools" not in fields
    assert all(message.keys() == {"role", "content"} for message in fields["messages"])


@pytest.mark.parametrize(
    ("fields", "plain"),
    [
        ({}, True),
        ({"stream": True, "temperature": 1, "max_tokens": 10, "stop": ["a", "b"]}, True),
        ({"stream": None, "user": None}, True),
        ({"messages": [{"role": "system", "content": "a"}, {"role": "user", "content": "b"}]}, True),
        ({"max_tokens": True}, False),
        ({"max_tokens": 0}, False),
        ({"messages": []}, False),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}]}]}, False),
        ({"tools": []}, False),
        ({"unknown": 1}, False),
    ],
)
def test_texts_and_plain_settings_are_plain(fields: dict[str, Any], plain: bool) -> None:  # noqa: FBT001 - parametrized
    """
    Everything else is looked at more closely.
    """
    assert plain is is_plain(a_body(**fields))
