"""
Names found by a model that the operator supplies: a folder with a token classifier.

The gateway brings no model along. With the package `transformers` installed, a
folder such as `save_pretrained` writes is loaded from the disk and from nowhere
else, once, when the policy is compiled.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gateway.redaction.failures import DetectorFailed
from gateway.redaction.spans import Span

# What a model is shown at once; what stands across an edge is seen in the overlap.
_WINDOW = 1_000
_OVERLAP = 100
_LABELS = {"PER": "PERSON", "PERSON": "PERSON", "LOC": "ADDRESS", "ADDRESS": "ADDRESS"}

# Reads a text and returns groups like {"entity_group": "PER", "start": 0, "end": 2, "score": 0.99}.
Classifier = Callable[[str], Sequence[Mapping[str, Any]]]


class ModelDetector:
    """
    Ask a token classifier, window by window.

    `labels` says which of the model's labels stand for which entity; others are
    left alone. What the model is less sure of than `least_score` does not count.
    """

    def __init__(
        self,
        classify: Classifier,
        *,
        name: str = "model",
        labels: Mapping[str, str] | None = None,
        least_score: float = 0.6,
    ) -> None:
        self.name = name
        self._classify = classify
        self._labels = {label.upper(): entity for label, entity in (labels or _LABELS).items()}
        self._least_score = least_score

    def find(self, text: str) -> Iterable[Span]:
        """Yield what the model takes for private, each place once."""
        seen = set()
        for start in range(0, max(1, len(text) - _OVERLAP), _WINDOW - _OVERLAP):
            for group in self._classify(text[start : start + _WINDOW]):
                span = self._span(group, text, start)
                if span is not None and span not in seen:
                    seen.add(span)
                    yield span

    def _span(self, group: Mapping[str, Any], text: str, offset: int) -> Span | None:
        entity = self._labels.get(str(group["entity_group"]).upper().removeprefix("B-").removeprefix("I-"))
        score = float(group["score"])
        if entity is None or score < self._least_score:
            return None
        start, end = offset + int(group["start"]), offset + int(group["end"])
        while start < end and text[start].isspace():
            start += 1
        return Span(start, end, entity, text[start:end], round(score, 3)) if start < end else None


def load_classifier(folder: Path) -> Classifier:
    """Return the classifier in a folder; raise `DetectorFailed` with what is missing."""
    if not folder.is_dir():
        raise DetectorFailed(f"the model folder {folder} is not there")
    try:
        import transformers  # noqa: PLC0415 - installed by operators who supply a model
    except ImportError as error:
        raise DetectorFailed(
            "a model needs the package `transformers`: install it beside the gateway"
        ) from error
    try:
        classify: Classifier = transformers.pipeline(
            "token-classification", model=str(folder), aggregation_strategy="simple", local_files_only=True
        )
    except Exception as error:
        raise DetectorFailed(f"the model in {folder} cannot be loaded: {type(error).__name__}") from error
    return classify
