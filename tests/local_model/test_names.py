"""A real token classifier, made on the spot: what is asked of it, and what is made of its answers."""

import json
import subprocess
import sysconfig
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.long

_HERE = Path(__file__).resolve().parent
_PYTHON = _HERE.parents[1] / ".venv-local-model/bin/python"
_PLACES = 512
TEXTS = [
    "Dear Ms Wrona,",
    "我叫陆文清，家住苏州。" * 200,
    "word " * 1_000,
    "",
    "x" * 5_000,
]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Let the detector read the texts with a model that was made for it."""
    if not _PYTHON.exists():
        raise AssertionError(
            f"{_PYTHON.parents[1].name} is not there; run `make test-local-model`, which builds it"
        )
    folder = tmp_path_factory.mktemp("classifier")
    subprocess.run([_PYTHON, _HERE / "build_classifier.py", folder], check=True)
    command = [
        str(part) for part in (_PYTHON, _HERE / "read_names.py", folder, sysconfig.get_path("purelib"))
    ]
    asked = json.dumps(TEXTS)
    told = subprocess.run(command, check=True, input=asked, capture_output=True, text=True)
    read: list[dict[str, Any]] = json.loads(told.stdout)
    return read


def test_no_window_has_more_tokens_than_the_model_has_places(answers: list[dict[str, Any]]) -> None:
    """
    A Chinese character is three tokens here: a thousand of them would not have fitted.
    """
    assert all(
        0 < tokens <= _PLACES for answer in answers for tokens in answer["tokens"] if answer["windows"]
    )
    assert all(len(answer["windows"]) > 4 for answer in answers[1:3])


def test_the_windows_cover_every_text_and_overlap(answers: list[dict[str, Any]]) -> None:
    """
    So that a name on an edge is seen whole.
    """
    for text, answer in zip(TEXTS, answers, strict=True):
        assert (0, len(text)) == (answer["windows"][0][0], answer["windows"][-1][1])
        assert all(first[1] - second[0] > 50 for first, second in pairwise(answer["windows"]))


def test_what_the_model_says_is_told_as_places_of_the_whole_text(answers: list[dict[str, Any]]) -> None:
    """
    Each once, and none outside; a model of random weights takes something for a name in every window.
    """
    for text, answer in zip(TEXTS, answers, strict=True):
        places = [tuple(place) for place in answer["found"]]
        assert len(places) == len(set(places))
        assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(any(start > 500 for start, _ in answer["found"]) for answer in answers[1:3])
