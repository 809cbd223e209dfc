"""Names found by a model that somebody supplies."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from gateway.redaction.model_detector import ModelDetector
from gateway.redaction.scanner import Scanner


class Reading:
    """A classifier that knows one name, and reads so many characters at once."""

    def __init__(self, at_once: int = 1_000, overlap: int = 100) -> None:
        self._at_once = at_once
        self._overlap = overlap
        self.read: list[str] = []

    def windows(self, text: str) -> Iterator[tuple[int, int]]:
        start = 0
        while start + self._at_once < len(text):
            yield start, start + self._at_once
            start += self._at_once - self._overlap
        yield start, len(text)

    def classify(self, text: str) -> Sequence[Mapping[str, Any]]:
        """Find Zanzi, or as much of it as an edge has left, the way a token classifier answers."""
        self.read.append(text)
        place, end = text.find("Zanzi"), text.find("Zanzi") + 5
        if place < 0:
            cut = [piece for piece in ("Zanz", "Zan", "Za", "Z") if text.endswith(piece)]
            left = [piece for piece in ("anzi", "nzi", "zi", "i") if text.startswith(piece)]
            if not cut and not left:
                return []
            place, end = (len(text) - len(cut[0]), len(text)) if cut else (0, len(left[0]))
        return [
            {"entity_group": "PER", "start": place, "end": end, "score": 0.98},
            {"entity_group": "PER", "start": place, "end": place + 1, "score": 0.3},
            {"entity_group": "MISC", "start": place, "end": end, "score": 0.99},
        ]


@pytest.mark.parametrize("at_once", [1_000, 130])
@pytest.mark.parametrize("place", [0, 5, *range(894, 904), 950, *range(994, 1_004), 1_801, 4_000])
def test_a_name_is_found_wherever_the_windows_meet(place: int, at_once: int) -> None:
    """
    Windows overlap, so none is cut in two; each place is told once.
    """
    text = "x" * place + "Zanzi" + "y" * 500

    spans = [span for span in ModelDetector(Reading(at_once)).find(text) if span is not None]

    assert [(place, place + 5, "PERSON", "Zanzi")] == [
        (span.start, span.end, span.entity, span.canonical) for span in spans
    ]


def test_a_value_that_no_window_sees_whole_is_told_in_pieces() -> None:
    """
    It does not stay in sight for being long.
    """
    spans = [span for span in ModelDetector(Reading(4, 0)).find("xxZanzi") if span is not None]

    assert [(2, 4), (4, 7)] == [(span.start, span.end) for span in spans]


def test_it_may_be_stopped_after_every_window() -> None:
    """
    Nobody waits for the rest of a long text.
    """
    reading = Reading()
    scan = Scanner(detectors=[ModelDetector(reading)]).begin("x" * 10_000)

    for windows in range(1, 5):
        assert scan.advance()
        assert windows == len(reading.read)


def test_labels_can_be_named() -> None:
    """
    A model with labels of its own is told what they stand for.
    """
    spans = ModelDetector(Reading(), labels={"misc": "PROJECT"}).find("Zanzi")

    assert ["PROJECT"] == [span.entity for span in spans if span is not None]
