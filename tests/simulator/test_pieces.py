"""Facts about cutting texts and weighing them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.simulator.pieces import is_chinese, shorten, split_text, tokens, weigh, weigh_all

_TEXTS = st.text(alphabet=st.one_of(st.characters(), st.sampled_from("你好世界 ab\n")))


@given(_TEXTS, st.one_of(st.none(), st.integers(-1, 9)))
def test_pieces_join_to_their_text(text: str, size: int | None) -> None:
    """
    No character is lost, moved or doubled by cutting, and the weights add up.
    """
    pieces = split_text(text, size)

    assert text == "".join(pieces)
    assert "" not in pieces
    assert weigh(text) == weigh_all(pieces)


def test_words_and_chinese_characters_travel_in_small_pieces() -> None:
    """
    A word is a piece with the space before it, Chinese goes by twos, a long word is cut.
    """
    pieces = split_text("Hi there 你好吗 someone@example.com")

    assert ["Hi", " there", " ", "你好", "吗", " someone@", "example.", "com"] == pieces


@pytest.mark.parametrize(
    ("text", "expected"), [("", 0), ("a", 1), ("abcdefghij", 3), ("你好你好你", 3), ("你a", 1)]
)
def test_tokens_follow_the_rule_of_thumb(text: str, expected: int) -> None:
    """
    An English character is 0.3 token, a Chinese one 0.6, rounded up.
    """
    assert expected == tokens(weigh(text))


def test_a_chinese_text_is_recognised() -> None:
    """
    One Chinese character is enough.
    """
    assert is_chinese("say 你")
    assert not is_chinese("say é")


@given(_TEXTS, st.integers(0, 200))
def test_a_shortened_text_is_the_longest_beginning_that_fits(text: str, tenths: int) -> None:
    """
    What is kept begins the text, is not too heavy, and one character more would be.
    """
    kept = "".join(shorten(split_text(text), tenths))

    assert text.startswith(kept)
    assert weigh(kept) <= tenths
    assert kept == text or weigh(text[: len(kept) + 1]) > tenths
