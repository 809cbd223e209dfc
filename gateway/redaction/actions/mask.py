"""Put stars in the place of a value but for its last four characters: `***************4242`."""

from gateway.redaction.action import Action, Mint
from gateway.redaction.finding import Finding

KEPT = 4
# Of a short value the last four would be half of it, or all.
_LEAST = 9


def masked(text: str) -> str:
    """Return a text with stars for its letters and digits, the last four kept if there are nine or more."""
    marks = [place for place, character in enumerate(text) if character.isalnum()]
    kept = set(marks[-KEPT:]) if len(marks) >= _LEAST else set()
    hidden = set(marks) - kept
    return "".join("*" if place in hidden else character for place, character in enumerate(text))


def _stars(original: str, _finding: Finding, _mint: Mint, _attempt: int) -> str:
    return masked(original)


MASK = Action("mask", strength=5, rewrite=_stars)
