"""One scanner for each set of wishes."""

import pytest

from gateway.redaction.failures import DetectorFailed
from gateway.redaction.rules import ModelRules, ProfileDocument
from gateway.redaction.scanner import Wanted
from gateway.redaction.scanners import finder_for, scanner_for


def test_the_same_wishes_have_the_same_scanner() -> None:
    """
    A reload of the policies compiles no pattern anew.
    """
    assert scanner_for(Wanted()) is scanner_for(Wanted())
    assert scanner_for(Wanted()) is not scanner_for(Wanted(engine="python"))


def test_old_wishes_are_forgotten() -> None:
    """
    Policies change for months in one process.
    """
    first = scanner_for(Wanted(entities=frozenset({"EMAIL"}), engine="python"))
    for number in range(40):
        scanner_for(Wanted(entities=frozenset({f"E{number}"}), engine="python"))

    assert first is not scanner_for(Wanted(entities=frozenset({"EMAIL"}), engine="python"))


def test_a_profile_has_its_own_words_looked_for() -> None:
    """
    Beside everything else.
    """
    document = ProfileDocument(
        profile="mine", dictionaries={"PROJECT": ("曙光计划",)}, patterns={"STAFF": ("E[0-9]{6}",)}
    )

    found = finder_for(document).scan("曙光计划由 E123456 负责")

    assert ["PROJECT", "STAFF"] == [span.entity for span in found]


def test_a_model_that_is_not_there_is_no_empty_answer() -> None:
    """
    The policy that asks for it is refused.
    """
    with pytest.raises(DetectorFailed, match="is not there"):
        finder_for(ProfileDocument(profile="mine", model=ModelRules(folder="/nowhere")))
