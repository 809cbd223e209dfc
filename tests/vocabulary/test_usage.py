"""What an answer consumed."""

from gateway.vocabulary.usage import Usage


def test_the_total_is_prompt_and_completion() -> None:
    """
    Cache hits and reasoning are parts of these, not more.
    """
    assert 12 == Usage(7, 5, cache_hit_tokens=4, cache_miss_tokens=3, reasoning_tokens=2).total_tokens


def test_nothing_consumed_is_zero_and_measured() -> None:
    """
    A request that was never sent cost nothing, and that is known.
    """
    assert (0, True) == (Usage().total_tokens, Usage().measured)
