"""Where detectors of another kind are plugged in: models that know names by reading."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from gateway.redaction.failures import DetectorFailed
from gateway.redaction.spans import Span


class Detector(Protocol):
    """
    Finds private values its own way.

    It is asked from a thread or from the event loop, for one text at a time,
    and may raise whatever it likes: nobody takes an error for an empty answer.
    """

    name: str

    def find(self, text: str) -> Iterable[Span | None]:
        """Return the spans of this text that are private, and None wherever it may be stopped."""


def ask(detector: Detector, text: str) -> Iterator[Span | None]:
    """Yield what a detector finds; raise `DetectorFailed` for an error or an answer that cannot be."""
    try:
        for span in detector.find(text):
            if span is not None and not (0 <= span.start < span.end <= len(text) and span.entity):
                break
            yield span
        else:
            return
    except Exception as error:
        raise DetectorFailed(f"the detector {detector.name} failed: {type(error).__name__}") from error
    raise DetectorFailed(f"the detector {detector.name} answered with a place outside the text")


class WordDetector:
    """A detector that knows a few words: for tests and trials of the seam."""

    def __init__(self, name: str, entity: str, words: Sequence[str]) -> None:
        self.name = name
        self._entity = entity
        self._words = tuple(words)

    def find(self, text: str) -> Iterable[Span]:
        """Yield every place of every word."""
        for word in self._words:
            place = text.find(word)
            while place >= 0:
                yield Span(place, place + len(word), self._entity, word, 0.9)
                place = text.find(word, place + len(word))
