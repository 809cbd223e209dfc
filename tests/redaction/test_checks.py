"""Arithmetic and surroundings."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn as reference

from gateway.redaction.checks import (
    SEP,
    bare,
    cues,
    digits,
    is_near,
    is_regular,
    judged_by,
    luhn,
    spaced,
    words,
)


@given(number=st.text("0123456789", min_size=2, max_size=24))
def test_luhn_agrees_with_the_library(number: str) -> None:
    """
    Ours is seven times as fast and says the same.
    """
    assert reference.is_valid(number) == luhn(number)


def test_bare_is_letters_and_digits() -> None:
    """
    How a value is grouped makes no difference to what it is.
    """
    assert "DE8937040044" == bare("de89 3704-0044")


_CUES = words("card, 卡号, s/n, §, ssn, überweis, d.o.b, order, kontonummer, ID-Nr")


@given(
    pieces=st.lists(
        st.sampled_from(_CUES).flatmap(lambda word: st.sampled_from([word, word.upper(), word.title()]))
        | st.sampled_from(["ſſn", "\u212aontonummer", "x", " ", "Ü", "1"])
        | st.text(max_size=3),
        max_size=6,
    )
)
def test_a_cue_is_found_wherever_one_of_its_words_stands(pieces: list[str]) -> None:
    """
    That the first signs are asked first makes no difference, in whatever case.
    """
    text = "".join(pieces)
    alone = [rf"(?<![A-Za-z]){word}(?![A-Za-z])" if word == "ssn" else re.escape(word) for word in _CUES]
    plain = re.compile("|".join(sorted(alone, key=len, reverse=True)), re.IGNORECASE)

    found = cues(",".join(_CUES)).search(text)

    assert (plain.search(text) is None) is (found is None)


@pytest.mark.parametrize("between", ["", " ", "-", " - ", ".", "/", "\n", "\r\n  ", "_"])
def test_separators_may_stand_between_digits(between: str) -> None:
    """
    What people and line breaks put into a number parts it.
    """
    assert re.fullmatch(f"1{digits(2)}", between.join("123"))
    assert re.fullmatch(spaced("a", "b"), f"a{between}b")


@pytest.mark.parametrize("between", [",", ":", "     ", "x", "\uff0c"])
def test_other_signs_end_a_number(between: str) -> None:
    """
    A list of numbers is not one number.
    """
    assert not re.fullmatch(f"1{digits(1)}", f"1{between}2")
    assert re.compile(SEP).match("x")


def test_a_word_is_near_within_its_reach() -> None:
    """
    Before a value, and behind it where that is asked for.
    """
    words = cues("card, 卡号")
    match = re.search("[0-9]+", "my Card is 123 card")
    assert match is not None

    assert is_near(match, words)
    assert not is_near(match, words, before=3)
    assert is_near(match, words, before=3, after=9)


def test_a_judge_asks_about_the_bare_value() -> None:
    """
    The finding covers what was written and is called by its bare value.
    """
    judge = judged_by(lambda value: value == "123", 0.8)
    match = re.search("(?P<value>[0-9 ]+[0-9])", "a 1 2 3")
    assert match is not None

    found = judge(match)

    assert found is not None
    assert (1, 7, "123", 0.8) == (found.start, found.end, found.canonical, found.score)
    assert judged_by(lambda _: False, 0.8)(match) is None


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("1234", True),
        ("12 34", True),
        ("1 2 3", True),
        ("12-34\n56", True),
        ("1 23", False),
        ("12-34.56", False),
        ("12--34", False),
    ],
)
def test_a_number_is_grouped_in_one_way(number: str, expected: bool) -> None:  # noqa: FBT001
    """
    One kind of separator, a line break besides, and no odd single digit.
    """
    assert expected == is_regular(number)


def test_a_short_cue_is_a_word_of_its_own() -> None:
    """
    There is no TIN in "meeting", and a telephone is one.
    """
    assert None is cues("tin").search("Meeting ID")
    assert cues("tin").search("TIN: 1")
    assert cues("phone").search("telephone")
