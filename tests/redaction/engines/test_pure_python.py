"""Seeing anchors with what Python brings along."""

from gateway.redaction.engines.pure_python import PurePython
from gateway.redaction.shapes import NUMBER, gather

_ANCHORS = gather(["sk-", "身份证", "@", NUMBER])


def test_a_word_is_seen_in_any_case_and_as_often_as_it_stands_there() -> None:
    """
    Every place counts, with its start and end.
    """
    sightings = PurePython(_ANCHORS).locate("SK-a sk-b")

    assert {_ANCHORS.number_of("sk-"): [(0, 3), (5, 8)]} == sightings


def test_chinese_words_are_seen() -> None:
    """
    Words that are not ASCII are asked for in texts that are not.
    """
    sightings = PurePython(_ANCHORS).locate("我的身份证")

    assert {_ANCHORS.number_of("身份证"): [(2, 5)]} == sightings


def test_a_number_is_seen_whole() -> None:
    """
    Six digits or more, with what parts them; fewer are none.
    """
    sightings = PurePython(_ANCHORS).locate("in 2024: 138-1234 5678, 12345")

    assert {_ANCHORS.number_of(NUMBER): [(9, 22)]} == sightings


def test_thousands_of_words_are_seen_as_one_is() -> None:
    """
    A tenant's dictionary is found by the first two characters of its words, with the same result.
    """
    anchors = gather([f"word{number}x" for number in range(2_000)] + ["项目甲", "q"])

    sightings = PurePython(anchors).locate("Q WORD17x word1999x 项目甲")

    seen = {anchors.words[number]: places for number, places in sightings.items()}
    assert {"q": [(0, 1)], "word17x": [(2, 9)], "word1999x": [(10, 19)], "项目甲": [(20, 23)]} == seen
