"""
What stands for values in a text: placeholders, digests, and names of kinds in brackets.

Those who look for values go by the words around them, and would take the CARD
in a placeholder for such a word. So these are blanked before anyone looks.
"""

import re
from collections.abc import Collection, Iterator

from gateway.redaction.placeholders import CODE_CHARACTERS, CODE_CLASS

_LONGEST_KIND = 40
# Long texts are cut where no replacement is, if that can be.
_PIECE, _SEARCHED = 8_192, 256
_OUTSIDE = re.compile(r"[^A-Za-z0-9_\[\]-]")


class Replacements:
    """Find what stands for values of these kinds, of whatever policy and tenant."""

    __slots__ = ("_ends", "_kind_before")

    def __init__(self, kinds: Collection[str]) -> None:
        named = "|".join(sorted(map(re.escape, kinds), key=len, reverse=True)) or "(?!)"
        # Found by its end, which begins with one of three characters.
        code = rf"_[{CODE_CLASS}]{{{CODE_CHARACTERS}}}"
        self._ends = re.compile(rf"{code}|-[0-9a-f]{{16}}|\[(?:{named})\]")
        self._kind_before = re.compile(rf"(?:{named})\Z")

    def blanked(self, text: str) -> str:
        """Return a text, as long as before, without what stands for values in it."""
        # Most texts have none of the three.
        if not ("_" in text or "-" in text or "[" in text):
            return text
        found = self._ends.search(text)
        if found is None:
            return text
        pieces: list[str] = []
        place = 0
        while found is not None:
            start = self._start_of(text, found)
            if start >= place:
                pieces += [text[place:start], "~" * (found.end() - start)]
                place = found.end()
            found = self._ends.search(text, max(place, found.start() + 1))
        return "".join(pieces) + text[place:]

    def blanked_pieces(self, text: str) -> Iterator[str]:
        """Yield a text without what stands for values in it, piece by piece."""
        start = 0
        while len(text) - start > _PIECE:
            cut = _OUTSIDE.search(text, start + _PIECE, start + _PIECE + _SEARCHED)
            end = cut.start() if cut is not None else start + _PIECE
            yield self.blanked(text[start:end])
            start = end
        yield self.blanked(text[start:] if start else text)

    def _start_of(self, text: str, found: re.Match[str]) -> int:
        """Return where the whole of it begins, -1 if it is only the end of something else."""
        end = found.start()
        if text[end] == "[":
            return end
        kind = self._kind_before.search(text, max(0, end - _LONGEST_KIND), end)
        return kind.start() if kind is not None else -1
