import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.vocabulary.usage import Usage
from gateway.wire.usage_report import complete_report, find_usage, mentions_usage, read_usage, write_usage

_USAGE = st.builds(
    lambda hit, miss, completion, reasoning: Usage(
        hit + miss, completion, hit, miss, min(reasoning, completion)
    ),
    *[st.integers(0, 10**7)] * 4,
)


@given(usage=_USAGE)
def test_what_is_written_is_read_back(usage: Usage) -> None:
    """
    Writing and reading are each other's inverse.
    """
    assert usage == read_usage(write_usage(usage))


@given(usage=_USAGE, text=st.text(), spaced=st.booleans())
def test_usage_is_found_in_whole_answers_and_in_events(*, usage: Usage, text: str, spaced: bool) -> None:
    """
    Wherever it stands, and whatever the model says about usage.
    """
    said = text + '"usage":{"prompt_tokens":1}}'
    answer = orjson.dumps(
        {"choices": [{"message": {"content": said}}], "usage": write_usage(usage), "fingerprint": "x"},
        option=orjson.OPT_INDENT_2 if spaced else 0,
    )

    assert usage == find_usage(answer)
    assert usage == find_usage(b"data: " + answer.replace(b"\n", b"\ndata: ") + b"\n\n")


@pytest.mark.parametrize(
    "raw",
    [
        b'data: {"choices":[],"usage":null}\n\n',
        b'data: {"choices":[],"usage": null}\n\n',
        b"data: [DONE]\n\n",
        b'{"choices":[{"message":{"content":"\\"usage\\":{\\"prompt_tokens\\":1}"}}]}',
        b'{"usage":{"prompt_tokens":',
        b'{"usage":{}}',
        b'{"usage":5}',
        b"",
    ],
)
def test_where_no_usage_is_reported_none_is_found(raw: bytes) -> None:
    """
    Null, an empty object, half an object and a model's words are no usage.
    """
    assert find_usage(raw) is None


def test_a_null_does_not_hide_a_usage_before_it() -> None:
    """
    A key of the same name deeper down is looked past.
    """
    assert mentions_usage(b'{"usage":{"prompt_tokens":1},"other":{"usage":null}}')


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        ({"prompt_tokens": 12, "completion_tokens": 5}, Usage(12, 5, 0, 12)),
        (
            {"prompt_tokens": 12, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 4}},
            Usage(12, 5, 4, 8),
        ),
        ({"prompt_cache_hit_tokens": 4, "prompt_cache_miss_tokens": 8}, Usage(12, 0, 4, 8)),
        ({"prompt_tokens": 3, "prompt_cache_hit_tokens": 9}, Usage(3, 0, 3, 0)),
        ({"completion_tokens": 5, "reasoning_tokens": 2}, Usage(0, 5, 0, 0, 2)),
        (
            {"completion_tokens": 5, "completion_tokens_details": {"reasoning_tokens": 3}},
            Usage(0, 5, 0, 0, 3),
        ),
        ({"prompt_tokens": -1, "completion_tokens": "5", "prompt_tokens_details": None}, Usage()),
    ],
)
def test_a_report_of_any_server_is_read(report: dict[str, object], expected: Usage) -> None:
    """
    The cache fields may be missing, or stand where OpenAI has them.
    """
    assert expected == read_usage(report)


def test_a_completed_report_keeps_what_the_server_said() -> None:
    """
    DeepSeek's fields are added; the server's own stay.
    """
    report = {
        "prompt_tokens": 12,
        "completion_tokens": 5,
        "reasoning_tokens": 2,
        "prompt_tokens_details": {"cached_tokens": 4},
        "queue_ms": 7,
    }

    expected = {
        **report,
        "total_tokens": 17,
        "prompt_cache_hit_tokens": 4,
        "prompt_cache_miss_tokens": 8,
        "completion_tokens_details": {"reasoning_tokens": 2},
    }
    assert expected == complete_report(report)
