"""Who is asked about what an engine saw."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.redaction.corpus import disguised, negatives, positives
from gateway.redaction.bench import Bench
from gateway.redaction.normaliser import normalise
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.recognisers import RECOGNISERS
from gateway.redaction.seats import Seats
from gateway.redaction.shapes import NUMBER, gather

_CHOOSY = [one for one in RECOGNISERS.values() if one.may_be is not None]


def _credulous(match: re.Match[str]) -> Found | None:
    """Believe whatever the pattern matches."""
    return Found(*match.span(), match[0], 0.9)


def _of_one_writing(match: re.Match[str]) -> Found | None:
    """Believe all but what is written in small letters and in pieces, as the judge of these codes does."""
    is_mixed = not match[0].isalnum() and match[0] != match[0].upper()
    return None if is_mixed else _credulous(match)


def _believing(one: Recogniser) -> Recogniser:
    return replace(one, judge=_of_one_writing if one.name == "cn_uscc" else _credulous, part=None)


_ASKED = {one.name: Bench([_believing(one)], "python") for one in _CHOOSY}
_ALWAYS_ASKED = {one.name: Bench([replace(_believing(one), may_be=None)], "python") for one in _CHOOSY}
_SIGNS = st.text(" -./_\n", max_size=5)
_AROUND = st.one_of(
    st.text("ABEHabehx ", max_size=3),
    st.sampled_from(
        ["Question ", "号", "(", "(0", "+", "+86", "T/", "no_", "DE", "of the", "ABCDEFGHI", "x1"]
    ),
)
_NUMBERS = st.lists(st.text("0123456789", min_size=1, max_size=12), min_size=1, max_size=4).flatmap(
    lambda groups: st.sampled_from(["", "-", " ", "/", ". "]).map(lambda sign: sign.join(groups))
)


def _found(bench: Bench, text: str) -> set[tuple[int, int]]:
    looked = bench.findings(text, bench.locate(text))
    return {(one[1].start, one[1].end) for one in looked if not isinstance(one, int)}


def _different(text: str) -> list[str]:
    """Return who does not find the same when asked only where it may be worthwhile."""
    surface = normalise(text).text
    return [
        one.name
        for one in _CHOOSY
        if _found(_ASKED[one.name], surface) != _found(_ALWAYS_ASKED[one.name], surface)
    ]


def test_whoever_chooses_looks_for_numbers_alone() -> None:
    """
    What else awakened them would not be asked about.
    """
    assert {(NUMBER,)} == {one.anchors for one in _CHOOSY}


@settings(max_examples=300)
@given(before=_AROUND, first=_SIGNS, number=_NUMBERS, second=_SIGNS, behind=_AROUND)
def test_who_is_not_asked_would_have_found_nothing(
    before: str, first: str, number: str, second: str, behind: str
) -> None:
    """
    Not even a match for a judge to look at, whatever stands around a number.
    """
    assert [] == _different(before + first + number + second + behind)


@settings(max_examples=300)
@given(
    numbers=st.lists(st.tuples(_AROUND, _NUMBERS, _AROUND), min_size=2, max_size=3),
    between=st.integers(0, 80).map(lambda width: "," + " x" * (width // 2)),
)
def test_numbers_near_each_other_are_looked_at_together(
    numbers: list[tuple[str, str, str]], between: str
) -> None:
    """
    However far from each other they are.
    """
    assert [] == _different(between.join("".join(pieces) for pieces in numbers))


@settings(max_examples=300)
@given(matched=st.sampled_from(_CHOOSY).flatmap(lambda one: st.from_regex(one.pattern)))
def test_who_would_have_found_something_is_asked(matched: str) -> None:
    """
    For all that their patterns can match.
    """
    assert [] == _different(matched)
    assert [] == _different(re.sub("[\t-\r]", " ", matched))


def _of_the_evaluation() -> Iterator[str]:
    yield from (sample.text for sample in positives(tuning=True, rounds=1))
    yield from (sample.text for sample in islice(disguised(tuning=True, rounds=1), 0, None, 5))
    yield from (sample.text for sample in negatives(tuning=True, rounds=1))


@pytest.mark.slow
def test_nothing_of_the_evaluation_is_lost() -> None:
    """
    In every text that figures are told of.
    """
    different = {text: names for text in _of_the_evaluation() if (names := _different(text))}

    assert {} == different


def test_an_ordinary_number_awakens_few() -> None:
    """
    Nine digits behind a word are looked at as a number of social security alone.
    """
    anchors = gather([NUMBER])
    seats = Seats(_CHOOSY, anchors)
    text = "Question 123456789. Explain to a colleague"

    asked = [seat.name for seat, _ in seats.asked(text, {anchors.number_of(NUMBER): [(9, 18)]})]

    assert ["us_ssn"] == asked


def test_in_a_row_of_numbers_each_is_asked_about_by_all_who_need_its_length() -> None:
    """
    Together in one go, since none of them stands alone.
    """
    anchors = gather([NUMBER])
    seats = Seats(_CHOOSY, anchors)
    places = [(start, start + 8) for start in range(0, 100, 10)]

    asked = {seat.name: places for seat, places in seats.asked("12345678, " * 10, {0: places})}

    assert [one.name for one in _CHOOSY if one.least <= 8] == list(asked)
    assert [places] * len(asked) == list(asked.values())
