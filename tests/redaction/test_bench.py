"""Recognisers look only where something was seen."""

import re
from dataclasses import replace

from gateway.redaction.bench import Bench
from gateway.redaction.recogniser import Found, Recogniser


def _found(match: re.Match[str]) -> Found:
    return Found(match.start(), match.end(), match[0], 0.9)


_ONE = Recogniser("one", "ONE", ("key",), re.compile("[0-9]{3}"), _found, reach=(2, 8))


def _places(one: Recogniser, text: str) -> list[tuple[int, int]]:
    bench = Bench([one], "python")
    looked = list(bench.findings(text, bench.locate(text)))
    found = [one[1] for one in looked if not isinstance(one, int)]
    return sorted((one.start, one.end) for one in found)


def test_a_pattern_is_tried_around_its_anchors_alone() -> None:
    """
    What stands out of reach is not looked at.
    """
    assert [(7, 10)] == _places(_ONE, "key is 123 and that is 456")


def test_a_pattern_that_ends_with_its_window_is_read_on() -> None:
    """
    What looks finished at the edge is judged by the whole text.
    """
    guarded = replace(_ONE, pattern=re.compile("[0-9]{3}(?![0-9])"))

    assert [] == _places(guarded, "key     1234")
    assert [(8, 11)] == _places(guarded, "key     123 ")


def test_a_guess_is_dropped() -> None:
    """
    A finding that is less sure than a half counts for nothing.
    """
    unsure = replace(_ONE, judge=lambda match: Found(*match.span(), match[0], 0.4))

    assert [] == _places(unsure, "key 123")


def test_a_rejected_match_does_not_hide_the_next() -> None:
    """
    The judge refuses 123, and 234 is still tried.
    """
    picky = replace(_ONE, judge=lambda match: _found(match) if match[0] == "234" else None)

    assert [(5, 8)] == _places(picky, "key 12345")


def test_windows_that_touch_are_walked_once() -> None:
    """
    A crowd of anchors makes one window, so the judge is asked once for each place.
    """
    asked: list[int] = []

    def count(match: re.Match[str]) -> None:
        asked.append(match.start())

    _places(replace(_ONE, judge=count), "key" * 50 + "123")

    assert [150] == asked


def test_a_hostile_text_is_walked_in_proportion_to_its_length() -> None:
    """
    However often the judge says no, he is asked a bounded number of times for each character.
    """
    asked: list[int] = []

    def refuse(match: re.Match[str]) -> None:
        asked.append(match.start())

    _places(replace(_ONE, judge=refuse, reach=(0, 20_000)), "key" + "1" * 20_000)

    assert len(asked) < 20_000 / 3 + 20_000 / 64 + 32


def test_where_a_part_is_missing_the_pattern_is_not_tried() -> None:
    """
    What every match holds is asked for first, in the stretch around the anchor alone.
    """
    asked: list[str] = []

    def has_two(text: str, start: int, end: int) -> bool:
        asked.append(text[start:end])
        return "2" in text[start:end]

    choosy = replace(_ONE, part=has_two)

    assert [(20, 23), (24, 27)] == _places(choosy, "key 111        , key123 222")
    assert ["key 111    ", ", key123 222"] == asked


def test_what_is_looked_at_in_vain_is_told() -> None:
    """
    So many places at once at most, so that others get their turn; the sum is every try.
    """
    many = [replace(_ONE, name=f"kind {number}") for number in range(50)]
    bench = Bench(many, "python")
    text = "key and no number"

    told = list(bench.findings(text, bench.locate(text)))

    counts = [one for one in told if isinstance(one, int)]
    assert told == counts
    assert 50 == sum(counts)
    assert max(counts) <= 16
