"""What is known about names in Latin letters."""

import pytest

from gateway.redaction.western_names import FIRST_NAMES, NO_NAME_WORDS, is_pinyin


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Xiaoming", True),
        ("Wei", True),
        ("Qiang", True),
        ("Zhihua", True),
        ("Support", False),
        ("Smith", False),
        ("A", False),
    ],
)
def test_a_word_of_chinese_syllables_is_told_from_others(word: str, expected: bool) -> None:  # noqa: FBT001
    """
    One or two syllables, as given names are.
    """
    assert expected == is_pinyin(word)


def test_no_first_name_is_an_everyday_word() -> None:
    """
    The two lists never contradict each other.
    """
    assert set() == FIRST_NAMES & NO_NAME_WORDS
