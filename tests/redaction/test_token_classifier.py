"""A model in a folder, and where a text is cut for it."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.redaction.failures import DetectorFailed
from gateway.redaction.token_classifier import TokenClassifier, load_classifier


class Tokenizer:
    """One token for an ASCII character, three for any other, as a tokenizer of bytes has it."""

    is_fast = True

    def __init__(self, model_max_length: int) -> None:
        self.model_max_length = model_max_length

    def num_special_tokens_to_add(self) -> int:
        return 2

    def __call__(self, text: str, **_wanted: bool) -> Mapping[str, Sequence[tuple[int, int]]]:
        tokens = [
            (place, place + 1) for place, sign in enumerate(text) for _ in range(1 if sign.isascii() else 3)
        ]
        return {"offset_mapping": tokens}


class Pipeline:
    """What `transformers` would make of a folder."""

    def __init__(self, places: int | None, longest: int) -> None:
        self.tokenizer = Tokenizer(longest)
        self.model = SimpleNamespace(config=SimpleNamespace(max_position_embeddings=places))

    def __call__(self, text: str) -> Sequence[Mapping[str, Any]]:
        return [{"entity_group": "PER", "start": 0, "end": len(text), "score": 1.0}]


@given(st.text("a张 ", max_size=3_000), st.integers(8, 600), st.integers(8, 600))
def test_no_window_is_longer_than_the_model_and_none_leaves_a_gap(
    text: str, places: int, longest: int
) -> None:
    """
    By the tokenizer's own count; each begins before the last one ends.
    """
    pipeline = Pipeline(places, longest)
    windows = list(TokenClassifier(pipeline).windows(text))

    assert (0, len(text)) == (windows[0][0], windows[-1][1])
    for start, end in windows:
        tokens = len(pipeline.tokenizer(text[start:end])["offset_mapping"])
        assert tokens + 2 <= max(min(longest, places - 2), 5)
    for (first, end), (second, _) in pairwise(windows):
        assert first < second <= end


def test_a_model_that_does_not_say_how_long_it_is_reads_as_much_as_most_do() -> None:
    """
    Five hundred tokens and no more.
    """
    windows = list(TokenClassifier(Pipeline(None, 10**30)).windows("a" * 1_200))

    assert 510 == windows[0][1]


def test_the_answers_are_the_pipelines() -> None:
    """
    As they come.
    """
    (group,) = TokenClassifier(Pipeline(512, 512)).classify("Ann")

    assert ("PER", 3) == (group["entity_group"], group["end"])


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
