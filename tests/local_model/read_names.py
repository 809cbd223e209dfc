"""
Let the gateway's own detector ask the classifier in a folder; runs where transformers is installed.

    python read_names.py FOLDER PACKAGES < texts.json

Answers each text of a JSON list with the windows that it was read in, the tokens
of each, and the places that were taken for names. PACKAGES is where the gateway's
own requirements are.
"""

import json
import sys
from pathlib import Path

sys.path += [str(Path(__file__).resolve().parents[2]), sys.argv[2]]

from gateway.redaction.model_detector import ModelDetector
from gateway.redaction.token_classifier import load_classifier


def main() -> None:
    """Answer every text."""
    classifier = load_classifier(Path(sys.argv[1]))
    tokenizer = classifier._pipeline.tokenizer
    # A model that knows nothing is never sure.
    detector = ModelDetector(classifier, least_score=0.0)
    answers = []
    for text in json.load(sys.stdin):
        windows = list(classifier.windows(text))
        tokens = [len(tokenizer(text[start:end])["input_ids"]) for start, end in windows]
        found = [[span.start, span.end] for span in detector.find(text) if span is not None]
        answers.append({"windows": windows, "tokens": tokens, "found": found})
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
