"""The seam for detectors of another kind."""

from collections.abc import Iterable

import pytest

from gateway.redaction.detectors import WordDetector, ask
from gateway.redaction.failures import DetectorFailed
from gateway.redaction.spans import Span


class _Broken:
    name = "broken"

    def find(self, text: str) -> Iterable[Span]:
        raise RuntimeError(text)


class _Lost:
    name = "lost"

    def find(self, text: str) -> Iterable[Span]:
        yield Span(0, len(text) + 1, "PERSON", text, 0.9)


def test_a_detector_is_asked_for_its_spans() -> None:
    """
    What it finds is taken as it is.
    """
    spans = list(ask(WordDetector("words", "PROJECT", ["Falcon"]), "Falcon and Falcon"))

    assert [(0, 6), (11, 17)] == [(span.start, span.end) for span in spans if span is not None]


@pytest.mark.parametrize("detector", [_Broken(), _Lost()])
def test_an_error_is_never_taken_for_an_empty_answer(detector: _Broken | _Lost) -> None:
    """
    Whatever goes wrong is told as one error, without the text in it.
    """
    with pytest.raises(DetectorFailed, match=detector.name) as caught:
        list(ask(detector, "my private text"))

    assert "private" not in str(caught.value)
