"""What was found once is found wherever it stands."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.redaction.echoes import Echoes, KnownValues, TooCrowded
from gateway.redaction.finding import Finding

ZHANG = Finding(5, 7, "PERSON", b"z" * 16)
ANN = Finding(0, 4, "PERSON", b"a" * 16)
WORD = Finding(0, 5, "SECRET_PASSWORD", b"w" * 16)
KNOWN = {"张伟": ZHANG, "Anna": ANN}


def chosen_of(values: Mapping[str, Finding]) -> Mapping[str, Finding]:
    """Take in every value, and choose."""
    known = KnownValues()
    for value, finding in values.items():
        known.add(value, finding)
    return known.chosen()


def with_echoes(text: str, found: Sequence[Finding], values: Mapping[str, Finding]) -> tuple[Finding, ...]:
    """Look for every value to its end."""
    echoes = Echoes(text, found)
    for value, finding in values.items():
        for _ in echoes.look_for(value, finding):
            pass
    return echoes.findings


def places(text: str, found: tuple[Finding, ...] = ()) -> list[str]:
    return [text[one.start : one.end] for one in with_echoes(text, found, KNOWN)]


def test_a_name_is_found_without_the_words_around_it() -> None:
    """
    With the mark of the value that was recognised elsewhere.
    """
    (echo,) = with_echoes("好的，张伟", (), KNOWN)

    assert (3, 5, "PERSON", ZHANG.mark, "echo") == (echo.start, echo.end, echo.entity, echo.mark, echo.form)


def test_a_latin_name_is_no_part_of_a_longer_word() -> None:
    """
    Between Chinese characters, which have no breaks, it stands alone.
    """
    assert ["Anna", "Anna"] == places("Annabel, Anna, Hanna, 叫Anna的")


def test_what_was_found_already_is_not_found_again() -> None:
    """
    Nor what only overlaps it.
    """
    found = (Finding(0, 3, "PERSON", b"x" * 16),)

    assert ["张伟啊", "张伟"] == places("张伟啊张伟", found)


def test_a_value_may_stand_many_times() -> None:
    """
    Sorted, and apart from each other.
    """
    assert ["张伟"] * 50 == places("张伟" * 50)


@given(
    st.text("张伟Ana ", max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(1, 3)), max_size=4)
)
def test_findings_stay_sorted_and_apart(text: str, wanted: list[tuple[int, int]]) -> None:
    """
    Whatever was found before, all of it is still there.
    """
    found: list[Finding] = []
    for start, length in sorted(wanted):
        if start + length <= len(text) and (not found or found[-1].end <= start):
            found.append(Finding(start, start + length, "X", b"x" * 16))

    known = with_echoes(text, found, KNOWN)

    assert all(one.end <= other.start for one, other in pairwise(known))
    assert set(found) <= set(known)


def test_short_values_are_not_looked_for() -> None:
    """
    One character, a short first name, a password that is a word: they stand everywhere.
    """
    values = {"张": ZHANG, "Mark": ANN, "admin": WORD, "hunter2hunter2": WORD, "张伟": ZHANG, "Mark Li": ANN}

    assert ["Mark Li", "hunter2hunter2", "张伟"] == sorted(chosen_of(values))


def test_only_so_many_values_are_looked_for() -> None:
    """
    The longest, because a full name goes before a part of it.
    """
    for many in (1_000, 10_000):
        values = {f"{number:05}" + "x" * (number * 10 // many): ANN for number in range(many)}

        chosen = chosen_of(values)

        assert sorted(values, key=len, reverse=True)[:256] == list(chosen)


def test_a_text_that_is_nothing_but_echoes_is_not_walked_for_ever() -> None:
    """
    Whoever repeats values without end is told that it is too much.
    """
    values = {"1" * length: ANN for length in range(5, 260)}

    with pytest.raises(TooCrowded):
        with_echoes("1" * 500_000, (), values)
