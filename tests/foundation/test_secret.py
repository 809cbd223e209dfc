"""Text that must never be shown."""

import copy
import pickle

import orjson
import pytest

from gateway.foundation.secret import Secret


def test_a_secret_is_revealed_only_when_asked() -> None:
    """
    `reveal` gives the text; printing and formatting do not.
    """
    secret = Secret("sk-hidden")

    assert "sk-hidden" == secret.reveal()
    assert ["Secret(...)"] * 3 == [repr(secret), str(secret), f"{secret}"]


@pytest.mark.parametrize("spill", [pickle.dumps, orjson.dumps, copy.deepcopy, vars])
def test_a_secret_does_not_travel(spill: object) -> None:
    """
    Neither pickled, nor written as JSON, nor taken apart.
    """
    assert callable(spill)

    with pytest.raises(TypeError):
        spill(Secret("sk-hidden"))


def test_equal_texts_are_equal_secrets() -> None:
    """
    So that a reload can see whether a credential changed; a text is not its secret.
    """
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert 1 == len({Secret("a"), Secret("a")})
