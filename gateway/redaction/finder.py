"""Whoever can say what is private in a text."""

from typing import Protocol

from gateway.redaction.spans import Span


class Search(Protocol):
    """
    One text being looked through, in steps between which others get their turn.

    `tried` says how much was done in the last step; a whole step is `STEP` of it.
    """

    tried: int

    def advance(self) -> bool:
        """Take the next step; return whether there is more to do."""

    @property
    def spans(self) -> tuple[Span, ...]:
        """What was found: sorted, and apart from each other."""


class Finder(Protocol):
    """Find the private values of a text; raise `DetectorFailed` where that cannot be done."""

    def begin(self, text: str) -> Search:
        """Begin to look through a text."""

    def scan(self, text: str) -> tuple[Span, ...]:
        """Look through a text at once."""

    def residue(self, text: str) -> Search:
        """Begin to look for what check digits and unmistakable forms alone find."""
