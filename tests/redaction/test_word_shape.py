"""Tokens of several words, whole and begun."""

import re

import pytest

from gateway.redaction.actions.forms import CHINESE, OTHER
from gateway.redaction.word_shape import DIGITS, WordShape

SHAPE = WordShape((("Ada", "Grace"), (" ",), DIGITS, ("th", "nd")))
FORMS = {
    f"{name} {kind}": form.shape
    for name, forms in (("zh", CHINESE), ("", OTHER))
    for kind, form in forms.items()
}


def test_a_number_has_its_token_and_numbers_start_again() -> None:
    """
    As many as there is room for, each another one.
    """
    tokens = [SHAPE.token(number) for number in range(SHAPE.room)]

    assert 40 == SHAPE.room == len(set(tokens))
    assert ("Ada 0th", "Ada 0nd", "Grace 9nd") == (tokens[0], tokens[1], tokens[-1])
    assert tokens[3] == SHAPE.token(3 + 40)


@pytest.mark.parametrize("name", ["own", *FORMS])
def test_a_token_is_seen_whole_and_every_beginning_as_one(name: str) -> None:
    """
    At each of its characters; and no whole token is the beginning of another.
    """
    shape = FORMS.get(name, SHAPE)
    beginning = re.compile(rf"(?:{shape.beginning})\Z")
    for number in range(0, shape.room, shape.room // 50 + 1):
        token = shape.token(number)
        assert re.fullmatch(shape.pattern, token)
        assert beginning.fullmatch(token) is None
        for length in range(1, len(token)):
            found = beginning.search(token[:length])
            assert found is not None
            assert token[:length] == found[0]


@pytest.mark.parametrize("name", ["own", *FORMS])
def test_no_word_of_a_part_begins_another_one(name: str) -> None:
    """
    So a token ends where it ends, whatever follows.
    """
    for part in FORMS.get(name, SHAPE).parts:
        assert not [(one, other) for one in part for other in part if one != other and other.startswith(one)]
