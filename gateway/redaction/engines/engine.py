"""What an engine does: it says where in a text the anchors are."""

from typing import Protocol

from gateway.redaction.shapes import Anchors, Sightings


class Engine(Protocol):
    """Sees anchors. Every engine sees the same in the same text."""

    def locate(self, text: str) -> Sightings:
        """Return where each anchor was seen, in the order of the text; anchors not seen are left out."""


class EngineMaker(Protocol):
    """Makes an engine for a set of anchors, once for each policy."""

    def __call__(self, anchors: Anchors) -> Engine:
        """Prepare to look for these anchors."""
