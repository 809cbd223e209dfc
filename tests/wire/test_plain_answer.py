"""An answer that is judged in one look would be judged no differently in several."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from gateway.upstreams.whole_reader import WholeReader
from gateway.vocabulary.usage import Usage
from gateway.wire.frames import Frame, FrameKind
from gateway.wire.plain_answer import usage_of_plain
from gateway.wire.usage_report import read_usage

REPORT = {
    "prompt_tokens": 12,
    "completion_tokens": 5,
    "total_tokens": 17,
    "prompt_cache_hit_tokens": 4,
    "prompt_cache_miss_tokens": 8,
}


def an_answer(**fields: Any) -> dict[str, Any]:
    """Return an answer as DeepSeek writes it."""
    message = {"role": "assistant", "content": "\u4f60\u597d"}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return {"id": "a", "object": "chat.completion", "choices": [choice], "usage": REPORT, **fields}


_COUNTS = some.integers(-2, 9) | some.none() | some.just("3") | some.just(1.0) | some.just(2**70)
_REPORTS = some.dictionaries(some.sampled_from([*REPORT, "reasoning_tokens"]), _COUNTS) | some.builds(
    lambda changes, cached, reasoning: {
        **REPORT,
        **changes,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    },
    some.dictionaries(some.sampled_from([*REPORT]), some.integers(0, 9), max_size=2),
    _COUNTS,
    _COUNTS,
)
_CHANGES: some.SearchStrategy[dict[str, Any]] = some.dictionaries(
    some.sampled_from(
        ["usage", "error", "detail", "object", "choices", "system_fingerprint", "message", "x"]
    ),
    some.none() | some.just({}) | some.just([]) | some.just("error") | _REPORTS,
    max_size=2,
)


def _complain(body: bytes) -> Frame:
    return Frame(FrameKind.ERROR, body)


@pytest.mark.slow
@settings(max_examples=200)
@given(
    changes=_CHANGES,
    reports=_REPORTS,
    cut=some.integers(-3, 0),
    junk=some.binary(max_size=3),
    at=some.integers(0, 200),
)
def test_a_plain_answer_is_what_a_close_look_finds(
    changes: dict[str, Any], reports: dict[str, Any], cut: int, junk: bytes, at: int
) -> None:
    """
    Same bytes, same usage: whatever the fields, wherever the bytes are broken.
    """
    try:
        body = orjson.dumps(
            an_answer(usage=reports, **changes) if "usage" not in changes else an_answer(**changes)
        )
    except TypeError:
        return
    body = body[:at] + junk + body[at : len(body) + cut]
    usage = usage_of_plain(body)
    if usage is None:
        return

    answer = orjson.loads(body)

    assert read_usage(answer["usage"]) == usage
    assert Frame(FrameKind.WHOLE, body, usage) == WholeReader(_complain)._read(body)


def test_deepseeks_own_answer_is_plain() -> None:
    """
    The shape of its documentation, with reasoning and the details of a thinking model.
    """
    message = {"role": "assistant", "content": "x", "reasoning_content": "Hm."}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    details = {
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 2},
    }

    usage = usage_of_plain(orjson.dumps(an_answer(choices=[choice], usage={**REPORT, **details})))

    assert Usage(12, 5, 4, 8, 2) == usage


@pytest.mark.parametrize(
    "answer",
    [
        an_answer(error={"message": "no"}),
        an_answer(choices=[]),
        an_answer(usage=None),
        an_answer(usage={**REPORT, "prompt_tokens": 99}),
        an_answer(usage=dict.fromkeys(REPORT, 0)),
        an_answer(usage={name: count for name, count in REPORT.items() if "cache" not in name}),
        an_answer(choices=[{"index": 0, "message": {"role": "assistant", "reasoning": "Hm."}}]),
        an_answer(choices=[{"index": 0, "message": {"role": "assistant", "tool_calls": []}}]),
    ],
)
def test_what_may_need_a_change_is_not_plain(answer: dict[str, Any]) -> None:
    """
    Errors, other servers' shapes, tool calls and counts that do not agree are for the close look.
    """
    assert usage_of_plain(orjson.dumps(answer)) is None
