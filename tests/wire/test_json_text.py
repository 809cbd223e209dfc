"""Stretches of a JSON text, read and written in their place."""

import sys
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.json_text import Stretch, is_json, stretches, value_of, written


def found_in(text: str, ranges: Sequence[tuple[int, int]]) -> Iterator[tuple[int, Stretch]]:
    return filter(None, stretches(text, ranges))


def replaced(text: str, *values: str, by: str = "X") -> str:
    """Put other words in the place of every one of these, wherever they stand."""
    ranges = sorted(
        (at, at + len(value)) for value in values for at in range(len(text)) if text.startswith(value, at)
    )
    pieces, start = [], 0
    for _, stretch in found_in(text, ranges):
        pieces += [text[start : stretch.start], written(by, stretch)]
        start = stretch.end
    return "".join(pieces) + text[start:]


def test_keys_values_and_numbers_change_and_all_else_stays() -> None:
    """
    Spaces, the order of keys, and keys that stand twice.
    """
    text = '{"138": 138, "a" : "call 138!", "a":[138.5, "x"], "n": null}'

    assert '{"X": "X", "a" : "call X!", "a":["X", "x"], "n": null}' == replaced(text, "138")


def test_what_is_put_in_is_escaped() -> None:
    """
    Quotes and line breaks in a string, and as a string where a number stood.
    """
    changed = replaced('["a138", 138]', "138", by='"\n')

    assert ['a"\n', '"\n'] == orjson.loads(changed)


def test_a_range_over_several_values_is_several_stretches() -> None:
    """
    What lies between them is no value and stays.
    """
    found = list(found_in('["ab","cd"]', [(3, 8)]))

    assert [(0, Stretch(3, 4, False)), (0, Stretch(7, 8, False))] == found


def test_escapes_are_taken_whole() -> None:
    """
    Half of an escape, or of two that make one character, would be no JSON.
    """
    text = '"\\u5f20\\ud83d\\ude00\\n"'

    for start in range(1, len(text) - 1):
        for end in range(start + 1, len(text)):
            for _, stretch in found_in(text, [(start, end)]):
                orjson.loads(text[: stretch.start] + text[stretch.end :])
                assert value_of(text, stretch) in "张😀\n"


_JSON = st.recursive(
    st.integers(-(2**53), 2**53) | st.booleans() | st.none() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=10,
)


@given(_JSON, st.booleans(), st.lists(st.tuples(st.integers(0, 200), st.integers(1, 9)), max_size=5))
def test_whatever_is_replaced_it_stays_json(
    value: Any,
    ascii_only: bool,  # noqa: FBT001 - drawn by hypothesis
    wanted: list[tuple[int, int]],
) -> None:
    """
    Ranges anywhere, also across quotes, brackets and escapes.
    """
    import json  # noqa: PLC0415 - orjson writes no escapes

    text = json.dumps(value, ensure_ascii=ascii_only)
    ranges: list[tuple[int, int]] = []
    for start, length in sorted(wanted):
        if not ranges or start >= ranges[-1][1]:
            ranges.append((start, start + length))

    pieces, last = [], 0
    for _, stretch in found_in(text, ranges):
        pieces += [text[last : stretch.start], written("TOKEN", stretch)]
        last = stretch.end

    assert is_json("".join(pieces) + text[last:])


def test_only_json_is_json() -> None:
    """
    A cut text, a lone surrogate, nothing at all are none.
    """
    assert [True, True, False, False, False] == [
        is_json(text) for text in ('{"a":1,"a":2}', "7", '{"a":', '"\\ud800"', "")
    ]


def test_a_stretch_that_cannot_be_read_is_taken_as_it_is_written() -> None:
    """
    A lone surrogate, in a text that is no JSON after all.
    """
    assert "\\ud800" == value_of('"\\ud800"', Stretch(1, 7, False))


def _as_read_from_the_beginning(text: str, place: int) -> tuple[int, int]:
    """Where the character begins and ends, as it is written in a string, that a place lies within."""
    at = 1
    while at < place:
        length = 1
        if text[at] == "\\":
            length = 6 if text[at + 1] == "u" else 2
            if length == 6 and text[at + 2 : at + 4].lower() in ("d8", "d9", "da", "db"):
                length = 12
        if at < place < at + length:
            return at, at + length
        at += length
    return place, place


@given(
    st.text(st.sampled_from('a\\"\n\0u张😀0'), max_size=12),
    st.booleans(),
    st.lists(st.integers(1, 150), max_size=12),
)
def test_places_are_read_as_from_the_beginning(
    value: str,
    ascii_only: bool,  # noqa: FBT001 - drawn by hypothesis
    places: list[int],
) -> None:
    """
    A run of backslashes tells only from its first one what escapes what.
    """
    import json  # noqa: PLC0415 - orjson writes no escapes

    text = json.dumps(value, ensure_ascii=ascii_only)
    edges = sorted({place for place in places if place < len(text)})
    ranges = list(zip(edges[::2], edges[1::2], strict=False))

    expected, taken = [], 0
    for number, (start, stop) in enumerate(ranges):
        begin = max(_as_read_from_the_beginning(text, start)[0], taken)
        taken_to = _as_read_from_the_beginning(text, min(stop, len(text) - 1))[1]
        if begin < taken_to:
            expected.append((number, Stretch(begin, taken_to, False)))
            taken = taken_to
    assert expected == list(found_in(text, ranges))


def _steps(lines: int) -> int:
    """How many calls it takes to find so many numbers, each on a line of its own."""
    text = orjson.dumps("13812345678\n" * lines).decode()
    ranges = [(at, at + 11) for at in range(1, len(text) - 1, 13)]
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        found = len(list(found_in(text, ranges)))
    finally:
        sys.setprofile(before)
    assert lines == found
    return calls


def test_many_values_among_many_escapes_cost_what_their_number_says() -> None:
    """
    Ten times as many take ten times as long, not a hundred times.
    """
    assert _steps(300) < 11 * _steps(30)
