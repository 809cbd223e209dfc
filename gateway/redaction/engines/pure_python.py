"""The engine that is always there: substring searches and a few patterns of Python's `re`."""

from collections.abc import Iterable
from operator import add

from gateway.redaction.shapes import Anchors, Shape, Sightings

# So many ASCII words are asked for one by one; more are found by their first two characters.
_FEW_WORDS = 600

_Word = tuple[int, str]


class PurePython:
    """See anchors with what Python brings along."""

    def __init__(self, anchors: Anchors) -> None:
        words = tuple(enumerate(anchors.words))
        one_by_one = [word for word in words if word[1].isascii()]
        if len(one_by_one) > _FEW_WORDS:
            one_by_one = []
        one_by_one += [word for word in words if len(word[1]) == 1 and word not in one_by_one]
        self._one_by_one = tuple(one_by_one)
        self._by_pair = _by_pair(set(words) - set(one_by_one))
        self._has_ascii_pairs = any(pair.isascii() for pair in self._by_pair)
        self._shapes = tuple(enumerate(anchors.shapes, len(anchors.words)))

    def locate(self, text: str) -> Sightings:
        """Return where each anchor was seen."""
        lowered = _lowered(text)
        sightings = {number: _places(lowered, word) for number, word in self._one_by_one if word in lowered}
        # An ASCII text holds no Chinese word, so its pairs need not be formed.
        if self._has_ascii_pairs or not text.isascii():
            for pair in self._by_pair.keys() & set(map(add, lowered, lowered[1:])):
                for number, word in self._by_pair[pair]:
                    if places := _places(lowered, word):
                        sightings[number] = places
        for number, shape in self._shapes:
            if (shape.is_possible is None or shape.is_possible(text)) and (places := _extents(text, shape)):
                sightings[number] = places
        return sightings


def _lowered(text: str) -> str:
    """Return the text with its ASCII letters in lower case, and no others: what Hyperscan compares."""
    if text.isascii():
        return text.lower()
    return text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")


def _by_pair(words: Iterable[_Word]) -> dict[str, list[_Word]]:
    pairs: dict[str, list[_Word]] = {}
    for number, word in words:
        pairs.setdefault(word[:2], []).append((number, word))
    return pairs


def _places(text: str, word: str) -> list[tuple[int, int]]:
    places = []
    place = text.find(word)
    while place >= 0:
        places.append((place, place + len(word)))
        place = text.find(word, place + 1)
    return places


def _extents(text: str, shape: Shape) -> list[tuple[int, int]]:
    return [match.span() for match in shape.extent.finditer(text)]
