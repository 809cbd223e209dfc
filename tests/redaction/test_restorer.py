"""Originals in the place of tokens: the same result however a text is cut."""

from itertools import pairwise

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.redaction.restorer import Restorer, escaped
from gateway.redaction.token_shapes import TokenShape, TokenShapes
from gateway.redaction.vault import Vault

SHAPES = TokenShapes(
    [
        TokenShape("PERSON_", "2-9A-HJ-NP-Z", 8),
        TokenShape("EMAIL_", "2-9A-HJ-NP-Z", 8),
        TokenShape("ID_", "2-9A-HJ-NP-Z", 8),
    ]
)
# The end of one token may be the beginning of another.
KNOWN = {"PERSON_7K3QX2M2": '张"伟"\n', "EMAIL_AAAAPERS": "a@b.example", "ID_AAAAAAEM": "PERSON_7K3QX2M2"}


def a_restorer() -> Restorer:
    vault = Vault()
    for token, original in KNOWN.items():
        vault.keep(token, original)
    return Restorer(vault, SHAPES)


_PIECES = st.sampled_from(
    [
        *KNOWN, "PERSON_", "PERSON_7K3QX2M", "PERSON_AAAAAAAA", "EMAIL_", "E", "P", "I", "ID_", "你好", " ",
        "EMAIL_AA", "S", "N_7K3QX2M2", "[", "]", "_", "A", "7",
    ]
)  # fmt: skip
_TEXTS = st.lists(_PIECES, max_size=12).map("".join)


def _in_pieces(text: str, places: list[int], escapes: int = 0) -> str:
    restorer = a_restorer()
    edges = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    said = "".join(restorer.feed(text[start:end], escapes) for start, end in pairwise(edges))
    return said + restorer.finish()


@given(_TEXTS, st.lists(st.integers(0, 200), max_size=20))
def test_the_result_is_the_same_wherever_a_text_was_cut(text: str, places: list[int]) -> None:
    """
    Cut at random, cut at every character, or not at all.
    """
    whole = _in_pieces(text, [])

    assert whole == _in_pieces(text, places) == _in_pieces(text, list(range(len(text))))


@given(_TEXTS, st.lists(st.integers(0, 200), max_size=20))
def test_only_the_beginning_of_a_known_token_is_held_back(text: str, places: list[int]) -> None:
    """
    So nothing is late by more than one token.
    """
    restorer = a_restorer()
    edges = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]

    for start, end in pairwise(edges):
        restorer.feed(text[start:end], 0)
        held = restorer.held
        assert not held or any(token.startswith(held) and token != held for token in KNOWN)


@given(_TEXTS)
def test_known_tokens_are_gone_and_everything_else_is_still_there(text: str) -> None:
    """
    What one pass restored is not looked at again, even if it looks like a token.
    """
    expected, rest = "", text
    while rest:
        token = next((known for known in KNOWN if rest.startswith(known)), None)
        expected += rest[0] if token is None else KNOWN[token]
        rest = rest[1 if token is None else len(token) :]

    assert expected == _in_pieces(text, [])


@pytest.mark.parametrize("escapes", [0, 1, 2])
def test_an_original_is_escaped_as_the_place_asks(escapes: int) -> None:
    """
    Between the quotes of a JSON text, and of a JSON text within one.
    """
    said: object = _in_pieces("PERSON_7K3QX2M2", [3], escapes)

    for _ in range(escapes):
        said = orjson.loads(f'"{said}"')

    assert KNOWN["PERSON_7K3QX2M2"] == said


def test_a_text_without_a_token_is_the_very_same() -> None:
    """
    That it is the same object tells the stage to pass the bytes as they came.
    """
    text = "nothing here"

    assert text is a_restorer().feed(text, 0)


def test_look_alikes_pass_and_are_counted() -> None:
    """
    Nobody minted them for this request: a user typed them, or a model made them up.
    """
    restorer = a_restorer()

    said = restorer.feed("PERSON_AAAAAAAA and person_7k3qx2m2", 0) + restorer.finish()

    assert "PERSON_AAAAAAAA and person_7k3qx2m2" == said
    assert (0, 1) == (restorer.restored, restorer.unknown)


def test_escaping_nothing_changes_nothing() -> None:
    """
    Outside of JSON a text stands as it is.
    """
    assert 'a"b' == escaped('a"b', 0)
