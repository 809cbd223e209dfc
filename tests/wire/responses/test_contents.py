"""What stands in items, as parts of a chat message."""

from typing import Any

import pytest

from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.responses.contents import parts_of, texts_said

_URL = "data:image/png;base64,aGk="


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ({"type": "input_text", "text": "Hi"}, {"type": "text", "text": "Hi"}),
        ({"type": "output_text", "text": "Hi"}, {"type": "text", "text": "Hi"}),
        ({"type": "input_image", "image_url": _URL}, {"type": "image_url", "image_url": {"url": _URL}}),
        (
            {"type": "input_image", "image_url": _URL, "detail": "low", "file_id": None},
            {"type": "image_url", "image_url": {"url": _URL, "detail": "low"}},
        ),
        (
            {"type": "input_file", "file_data": "aGk=", "filename": "a.pdf"},
            {"type": "file", "file": {"file_data": "aGk=", "filename": "a.pdf"}},
        ),
        ({"type": "input_file", "file_id": "f-1"}, {"type": "file", "file": {"file_id": "f-1"}}),
        (
            {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "mp3"}},
            {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "mp3"}},
        ),
    ],
)
def test_a_part_is_a_part_of_chat(given: dict[str, Any], part: dict[str, Any]) -> None:
    """
    Each kind has one there.
    """
    assert [part] == parts_of([given], "c")


def test_a_text_is_one_part() -> None:
    """
    As most callers write it.
    """
    assert [{"type": "text", "text": "Hi"}] == parts_of("Hi", "c")


@pytest.mark.parametrize(
    ("given", "place"),
    [
        (5, "c"),
        (["x"], "c[0]"),
        ([{"type": "input_text"}], "c[0].text"),
        ([{"type": "text", "text": "Hi"}], "c[0].type"),
        ([{"type": "input_image", "file_id": "f"}], "c[0].file_id"),
        ([{"type": "input_image"}], "c[0].image_url"),
        ([{"type": "input_file", "file_url": "https://x.example"}], "c[0].file_url"),
        ([{"type": "input_file"}], "c[0]"),
        ([{"type": "input_file", "file_data": 5}], "c[0].file_data"),
        ([{"type": "input_audio"}], "c[0].input_audio"),
    ],
)
def test_what_cannot_be_sent_is_refused_by_its_place(given: object, place: str) -> None:
    """
    Nothing is left out without a word.
    """
    with pytest.raises(InvalidRequest) as caught:
        parts_of(given, "c")

    assert place == caught.value.param


def test_what_the_assistant_said_is_texts() -> None:
    """
    What it refused to say, too.
    """
    content = [{"type": "output_text", "text": "a"}, {"type": "refusal", "refusal": "b"}]

    assert ["a", "b"] == texts_said(content, "c")
    assert ["a"] == texts_said("a", "c")


def test_the_assistant_shows_no_pictures() -> None:
    """
    No server would know what to do with them.
    """
    with pytest.raises(InvalidRequest) as caught:
        texts_said([{"type": "input_image", "image_url": _URL}], "c")

    assert "c[0].type" == caught.value.param
