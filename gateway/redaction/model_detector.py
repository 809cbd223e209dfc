"""Names found by a model that the operator supplies."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from gateway.redaction.spans import Span
from gateway.redaction.token_classifier import Classifier

_LABELS = {"PER": "PERSON", "PERSON": "PERSON", "LOC": "ADDRESS", "ADDRESS": "ADDRESS"}

_Window = tuple[int, int]


class ModelDetector:
    """
    Ask a token classifier, window by window.

    `labels` says which of the model's labels stand for which entity; others are
    left alone. What the model is less sure of than `least_score` does not count.
    """

    def __init__(
        self,
        classifier: Classifier,
        *,
        name: str = "model",
        labels: Mapping[str, str] | None = None,
        least_score: float = 0.6,
    ) -> None:
        self.name = name
        self._classifier = classifier
        self._labels = {label.upper(): entity for label, entity in (labels or _LABELS).items()}
        self._least_score = least_score

    def find(self, text: str) -> Iterable[Span | None]:
        """Yield what the model takes for private, each place once, and None after each window."""
        last = (len(text), len(text))
        seen: set[tuple[int, int, str]] = set()
        before = 0
        for window, following in pairwise([*self._classifier.windows(text), last]):
            for group in self._classifier.classify(text[slice(*window)]):
                span = self._span(group, text, window)
                if span is None or _is_cut(span, window, before, following[0]):
                    continue
                place = (span.start, span.end, span.entity)
                if place not in seen:
                    seen.add(place)
                    yield span
            before = window[1]
            yield None

    def _span(self, group: Mapping[str, Any], text: str, window: _Window) -> Span | None:
        entity = self._labels.get(str(group["entity_group"]).upper().removeprefix("B-").removeprefix("I-"))
        score = float(group["score"])
        if entity is None or score < self._least_score:
            return None
        start, end = window[0] + int(group["start"]), window[0] + int(group["end"])
        while start < end and text[start].isspace():
            start += 1
        return Span(start, end, entity, text[start:end], round(score, 3)) if start < end else None


def _is_cut(span: Span, window: _Window, before: int, following: int) -> bool:
    """Return whether an edge may have cut a value that another window sees whole."""
    start, end = window
    return (span.end == end and span.start >= following) or (0 < start == span.start and span.end <= before)
