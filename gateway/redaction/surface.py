"""A text as it is searched, and the way back to the text as it came."""

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """
    Some characters of the surface and where they came from.

    A copied piece is as long as its origin, character by character; any other
    is one written differently, and its origin goes whole or not at all.
    """

    start: int
    origin: int
    origin_end: int
    is_copied: bool


class Surface:
    """
    The text that is searched: foreign writing folded into plain one.

    Without `pieces` every character stands where it stood.
    """

    __slots__ = ("_pieces", "_starts", "form", "text")

    def __init__(self, text: str, form: str = "plain", pieces: tuple[Piece, ...] = ()) -> None:
        self.text = text
        self.form = form
        self._pieces = pieces
        self._starts = [piece.start for piece in pieces] if pieces else []

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return the stretch of the original text that was read as this one."""
        if not self._pieces:
            return start, end
        first = self._pieces[bisect_right(self._starts, start) - 1]
        last = self._pieces[bisect_right(self._starts, end - 1) - 1]
        begin = first.origin + (start - first.start if first.is_copied else 0)
        finish = last.origin + (end - last.start) if last.is_copied else last.origin_end
        return begin, finish
