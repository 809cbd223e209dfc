"""An event as a line of JSON that is not longer than what takes it."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.telemetry.fitting_json import FittingJson

_VALUES = st.one_of(st.integers(-9, 9), st.text(max_size=2000), st.lists(st.text(max_size=50), max_size=90))


def test_what_fits_is_told_whole() -> None:
    """
    As any other renderer would.
    """
    assert '{"a": "long text", "event": "x"}' == FittingJson(32)(None, "", {"a": "long text", "event": "x"})


@pytest.mark.parametrize("letter", ["x", "\n", "漢", "😀", "\ud800", "\x00"])
def test_a_long_text_keeps_most_of_what_there_is_room_for(letter: str) -> None:
    """
    However many bytes a letter takes; three dots say that there was more.
    """
    line = FittingJson(400)(None, "", {"text": letter * 5000, "event": "x"})

    assert line.endswith(letter.encode("unicode_escape").decode()[-1] + '...", "event": "x"}')
    assert 300 < len(line) <= 400


def test_a_long_list_loses_its_end() -> None:
    """
    Its last entry says that there were more.
    """
    line = FittingJson(100)(None, "", {"upstreams": [f"upstream-{n}" for n in range(90)], "event": "x"})

    told = orjson.loads(line)["upstreams"]
    assert ("upstream-0", "...") == (told[0], told[-1])


def test_a_list_of_few_long_entries_is_shortened_too() -> None:
    """
    The kind stays whole, however little room there is.
    """
    line = FittingJson(60)(None, "", {"places": ["x" * 90, "y" * 90], "event": "policy.rejected"})

    assert {"places": ["..."], "event": "policy.rejected"} == orjson.loads(line)


@given(st.dictionaries(st.sampled_from("abcdef"), _VALUES))
def test_every_event_is_json_that_fits(facts: dict[str, Any]) -> None:
    """
    Its names stay, and what is short stays whole.
    """
    line = FittingJson(600)(None, "", {**facts, "event": "policy.rejected"})

    told = orjson.loads(line)
    assert len(line) <= 600
    assert (facts.keys() | {"event"}, "policy.rejected") == (told.keys(), told["event"])
