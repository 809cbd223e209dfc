"""Names found by a model that somebody supplies."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from gateway.redaction.failures import DetectorFailed
from gateway.redaction.model_detector import ModelDetector, load_classifier


def _classify(text: str) -> Sequence[Mapping[str, Any]]:
    """Find Zanzi in a window the way a token classifier answers."""
    place = text.find("Zanzi")
    if place < 0:
        return []
    return [
        {"entity_group": "PER", "start": place, "end": place + 5, "score": 0.98},
        {"entity_group": "PER", "start": place, "end": place + 2, "score": 0.3},
        {"entity_group": "MISC", "start": place, "end": place + 5, "score": 0.99},
    ]


@pytest.mark.parametrize("place", [0, 5, 895, 899, 950, 1_801, 4_000])
def test_a_name_is_found_wherever_the_windows_meet(place: int) -> None:
    """
    Windows overlap, so none is cut in two; each place is told once.
    """
    text = "x" * place + "Zanzi" + "y" * 500

    spans = list(ModelDetector(_classify).find(text))

    assert [(place, place + 5, "PERSON", "Zanzi")] == [
        (span.start, span.end, span.entity, span.canonical) for span in spans
    ]


def test_labels_can_be_named() -> None:
    """
    A model with labels of its own is told what they stand for.
    """
    [span] = ModelDetector(_classify, labels={"misc": "PROJECT"}).find("Zanzi")

    assert "PROJECT" == span.entity


def test_a_model_that_is_not_there_is_an_error_of_ours(tmp_path: Path) -> None:
    """
    The message names the folder.
    """
    with pytest.raises(DetectorFailed, match="missing is not there"):
        load_classifier(tmp_path / "missing")


def test_what_a_model_needs_is_named(tmp_path: Path) -> None:
    """
    Without the package, or with a folder that holds no model, it says so at once.
    """
    with pytest.raises(DetectorFailed, match=r"transformers|cannot be loaded"):
        load_classifier(tmp_path)
