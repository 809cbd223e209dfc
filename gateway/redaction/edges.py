"""Words that end, or begin, at a place of a text; looked up by their outer sign."""

from collections.abc import Iterable


class Endings:
    """Know the longest of some words that ends at a place."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._by_last: dict[str, list[str]] = {}
        for word in sorted(vocabulary, key=len, reverse=True):
            self._by_last.setdefault(word[-1], []).append(word)

    @property
    def last_signs(self) -> frozenset[str]:
        """What the words end with."""
        return frozenset(self._by_last)

    def at(self, text: str, place: int) -> str:
        """Return the word that ends right before `place`, or nothing."""
        if not place:
            return ""
        for word in self._by_last.get(text[place - 1], ()):
            if text.endswith(word, 0, place):
                return word
        return ""


class Beginnings:
    """Know the longest of some words that begins at a place."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._by_first: dict[str, list[str]] = {}
        for word in sorted(vocabulary, key=len, reverse=True):
            self._by_first.setdefault(word[0], []).append(word)

    def at(self, text: str, place: int) -> str:
        """Return the word that begins at `place`, or nothing."""
        if place >= len(text):
            return ""
        for word in self._by_first.get(text[place], ()):
            if text.startswith(word, place):
                return word
        return ""
