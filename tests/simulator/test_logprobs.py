"""Facts about pretended log probabilities."""

import pytest

from gateway.simulator.logprobs import logprob_of, logprobs_of, text_logprobs_of


@pytest.mark.parametrize("top", [0, 1, 20])
def test_a_piece_has_so_many_alternatives(top: int) -> None:
    """
    The piece itself is the first and likeliest of exactly as many alternatives as asked.
    """
    entry = logprob_of("你", top)
    alternatives = entry["top_logprobs"]

    assert isinstance(alternatives, list)
    assert top == len(alternatives)
    assert [228, 189, 160] == entry["bytes"]
    assert entry == logprob_of("你", top)
    likely = [alternative["logprob"] for alternative in alternatives]
    assert sorted(likely, reverse=True) == likely


def test_reasoning_has_a_list_of_its_own() -> None:
    """
    What was thought is not mixed with what was said.
    """
    found = logprobs_of(["a"], ["b", "c"], 0)

    assert ([logprob_of("a", 0)], [logprob_of("b", 0), logprob_of("c", 0)]) == (
        found["content"],
        found["reasoning_content"],
    )
    assert {"content": None, "reasoning_content": None} == logprobs_of([], None, 0)


def test_a_completions_pieces_know_where_they_stand() -> None:
    """
    In the text as a whole, also where they are told one by one.
    """
    whole = text_logprobs_of(["ab", "c"], 3, 0)
    parts = [text_logprobs_of(["ab"], 3, 0), text_logprobs_of(["c"], 3, 2)]

    assert (["ab", "c"], [0, 2]) == (whole["tokens"], whole["text_offset"])
    for name in ("tokens", "token_logprobs", "top_logprobs", "text_offset"):
        assert whole[name] == [one for part in parts for one in part[name]]  # type: ignore[attr-defined]
    assert text_logprobs_of(["c"], 0, 0)["top_logprobs"] is None
