"""The engine that is always there: substring searches and a few patterns of Python's `re`."""

from gateway.redaction.shapes import Anchors, Shape, Sightings


class PurePython:
    """See anchors with what Python brings along."""

    def __init__(self, anchors: Anchors) -> None:
        self._words = tuple(enumerate(anchors.words))
        # An ASCII text holds no Chinese word, so it need not be asked.
        self._ascii_words = tuple((number, word) for number, word in self._words if word.isascii())
        self._shapes = tuple(enumerate(anchors.shapes, len(anchors.words)))

    def locate(self, text: str) -> Sightings:
        """Return where each anchor was seen."""
        lowered = text.lower()
        sightings: Sightings = {}
        for number, word in self._ascii_words if text.isascii() else self._words:
            if word in lowered:
                sightings[number] = _places(lowered, word)
        for number, shape in self._shapes:
            if places := _extents(text, shape):
                sightings[number] = places
        return sightings


def _places(text: str, word: str) -> list[tuple[int, int]]:
    places = []
    place = text.find(word)
    while place >= 0:
        places.append((place, place + len(word)))
        place = text.find(word, place + 1)
    return places


def _extents(text: str, shape: Shape) -> list[tuple[int, int]]:
    return [match.span() for match in shape.extent.finditer(text)]
