"""Values of the same form that belong to nobody."""

import re

import pytest

from gateway.redaction.actions.surrogate import SURROGATE
from gateway.redaction.finding import Finding
from gateway.redaction.rewriting import ScopedMint
from gateway.redaction.scanner import Wanted
from gateway.redaction.scanners import scanner_for
from tests.fakes.looking import residue_of

KINDS = ("PHONE", "CN_RESIDENT_ID", "PAYMENT_CARD", "EMAIL")


def surrogates(entity: str) -> list[str]:
    assert SURROGATE.rewrite is not None
    findings = [Finding(0, 1, entity, number.to_bytes(16, "big")) for number in range(300)]
    return [SURROGATE.rewrite("x", finding, ScopedMint(b"k" * 32), 0) for finding in findings]


@pytest.mark.parametrize("entity", KINDS)
def test_a_surrogate_has_the_shape_by_which_it_is_found_again(entity: str) -> None:
    """
    Another one for every value.
    """
    shape = SURROGATE.shape(entity)
    assert shape is not None
    made = surrogates(entity)

    assert all(re.fullmatch(shape.pattern, one) for one in made)
    assert 300 == len(set(made))


@pytest.mark.parametrize("entity", [kind for kind in KINDS if kind != "EMAIL"])
def test_no_surrogate_could_be_somebodys(entity: str) -> None:
    """
    Whoever looks for private data does not take it for some; the last look does not stop it.
    """
    scanner = scanner_for(Wanted())

    assert [] == [one for one in surrogates(entity) if residue_of(scanner, one)]


def test_not_every_kind_has_a_range_that_is_nobodys() -> None:
    """
    A name that is no name would be none.
    """
    assert SURROGATE.shape("PERSON") is None
