"""One scanner for each set of wishes."""

from gateway.redaction.scanner import Wanted
from gateway.redaction.scanners import scanner_for


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
