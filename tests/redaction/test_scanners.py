"""One scanner for each set of wishes."""

from gateway.redaction.scanner import Wanted
from gateway.redaction.scanners import scanner_for


def test_the_same_wishes_have_the_same_scanner() -> None:
    """
    A reload of the policies compiles no pattern anew.
    """
    assert scanner_for(Wanted()) is scanner_for(Wanted())
    assert scanner_for(Wanted()) is not scanner_for(Wanted(engine="python"))
