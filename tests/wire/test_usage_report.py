import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.vocabulary.usage import Usage
from gateway.wire.usage_report import complete_report, read_report, read_usage, write_usage

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
        (
            {
                "prompt_tokens": 32,
                "completion_tokens": 9,
                "total_tokens": 135,
                "completion_tokens_details": {"reasoning_tokens": 94},
            },
            Usage(32, 103, 0, 32, 94),
        ),
        (
            {"prompt_tokens": 1, "completion_tokens": 9, "total_tokens": 14, "reasoning_tokens": 4},
            Usage(1, 13, 0, 1, 4),
        ),
        ({"completion_tokens": 2, "reasoning_tokens": 7}, Usage(0, 9, 0, 0, 7)),
        ({"prompt_tokens": 12.0, "completion_tokens": 5.0, "total_tokens": 17.0}, Usage(12, 5, 0, 12)),
        ({"prompt_tokens": 0.5, "completion_tokens": float("inf")}, Usage()),
        ({"prompt_tokens": -1, "completion_tokens": "5", "prompt_tokens_details": None}, Usage()),
        ({"prompt_tokens": 10**20, "completion_tokens": 1e30}, Usage()),
    ],
)
def test_a_report_of_any_server_is_read(report: dict[str, object], expected: Usage) -> None:
    """
    The cache fields may be missing, or stand where OpenAI has them; reasoning may be counted beside the text.
    """
    assert expected == read_usage(report)


@pytest.mark.parametrize(
    "report", [None, [], "5", {}, {"prompt_tokens": 0, "completion_tokens": 0}, {"tokens": 5}]
)
def test_a_report_without_a_token_says_nothing(report: object) -> None:
    """
    It would make the answer free.
    """
    assert read_report(report) is None


def test_a_report_of_anything_is_one() -> None:
    """
    Also of the answer alone.
    """
    assert Usage(0, 5) == read_report({"prompt_tokens": 0, "completion_tokens": 5})


@given(
    report=st.dictionaries(
        st.sampled_from(["prompt_tokens", "completion_tokens", "total_tokens", "reasoning_tokens"]),
        st.integers(-2, 20),
    )
)
def test_reasoning_is_always_a_part_of_the_completion(report: dict[str, int]) -> None:
    """
    Whatever a server reports: else what was thought would take something off the price of what was said.
    """
    usage = read_usage(report)

    assert 0 <= usage.reasoning_tokens <= usage.completion_tokens


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
