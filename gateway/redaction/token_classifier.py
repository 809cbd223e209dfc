"""
A model that an operator supplies: a folder with a token classifier, as `save_pretrained` writes it.

The gateway brings no model along. With the package `transformers` installed, one
is loaded from the disk and from nowhere else, once, when the policy is compiled.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from gateway.redaction.failures import DetectorFailed

# A text is cut into tokens so many characters at a time.
_CHUNK = 4_096
# More tokens at once take longer than anybody should wait for a turn.
_MOST_TOKENS = 512
# Some families of models count positions from two.
_SPARE = 2
# What stands across an edge is seen whole in the overlap.
_OVERLAP = 100


class Classifier(Protocol):
    """Whoever says which tokens of a text are names."""

    def windows(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield overlapping stretches of a text, each no more than can be read at once."""

    def classify(self, text: str) -> Sequence[Mapping[str, Any]]:
        """Return groups like {"entity_group": "PER", "start": 0, "end": 2, "score": 0.99}."""


class TokenClassifier:
    """
    Ask a pipeline of `transformers`, never for more tokens than its model has places.

    What does not fit would be cut off in silence, or break the model; so the
    tokenizer itself says where a window has to end.
    """

    def __init__(self, pipeline: Any) -> None:
        self._pipeline = pipeline
        tokenizer, config = pipeline.tokenizer, pipeline.model.config
        places = getattr(config, "max_position_embeddings", None) or _MOST_TOKENS + _SPARE
        self._most = min(_MOST_TOKENS, tokenizer.model_max_length, places - _SPARE)
        self._most -= tokenizer.num_special_tokens_to_add()

    def windows(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield overlapping stretches of a text, each no more than can be read at once."""
        start = 0
        while True:
            length = self._fitting(text[start : start + _CHUNK])
            yield start, start + length
            if start + length >= len(text):
                return
            start += length - min(_OVERLAP, length // 2)

    def classify(self, text: str) -> Sequence[Mapping[str, Any]]:
        """Return what the model says of a text that fits."""
        groups: Sequence[Mapping[str, Any]] = self._pipeline(text)
        return groups

    def _fitting(self, chunk: str) -> int:
        """Return how many characters of a chunk fit into the model."""
        tokens = self._pipeline.tokenizer(
            chunk, add_special_tokens=False, return_offsets_mapping=True, verbose=False
        )
        offsets = tokens["offset_mapping"]
        if len(offsets) <= self._most:
            return len(chunk)
        # A character may be several tokens: it is left to the next window.
        return max(1, int(offsets[self._most][0]))


def load_classifier(folder: Path) -> TokenClassifier:
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
        here = {"local_files_only": True}
        pipeline = transformers.pipeline(
            "token-classification",
            model=transformers.AutoModelForTokenClassification.from_pretrained(str(folder), **here),
            tokenizer=transformers.AutoTokenizer.from_pretrained(str(folder), **here),
            aggregation_strategy="simple",
        )
    except Exception as error:
        raise DetectorFailed(f"the model in {folder} cannot be loaded: {type(error).__name__}") from error
    if not pipeline.tokenizer.is_fast:
        raise DetectorFailed(
            f"the tokenizer in {folder} does not say where its tokens stand: save the model with a fast one"
        )
    return TokenClassifier(pipeline)
