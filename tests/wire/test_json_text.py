"""Stretches of a JSON text, read and written in their place."""

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.json_text import Stretch, is_json, stretches, value_of, written


def replaced(text: str, *values: str, by: str = "X") -> str:
    """Put other words in the place of every one of these, wherever they stand."""
    ranges = sorted(
        (at, at + len(value)) for value in values for at in range(len(text)) if text.startswith(value, at)
    )
    pieces, start = [], 0
    for _, stretch in stretches(text, ranges):
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
    found = list(stretches('["ab","cd"]', [(3, 8)]))

    assert [(0, Stretch(3, 4, False)), (0, Stretch(7, 8, False))] == found


def test_escapes_are_taken_whole() -> None:
    """
    Half of an escape, or of two that make one character, would be no JSON.
    """
    text = '"\\u5f20\\ud83d\\ude00\\n"'

    for start in range(1, len(text) - 1):
        for end in range(start + 1, len(text)):
            for _, stretch in stretches(text, [(start, end)]):
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
    for _, stretch in stretches(text, ranges):
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
