"""Blocks as texts and parts."""

from typing import Any

import pytest

from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.messages.blocks import parts_of, text_of

_PNG = {"type": "base64", "media_type": "image/png", "data": "aGk="}
_PDF = {"type": "base64", "media_type": "application/pdf", "data": "aGk="}


@pytest.mark.parametrize(
    ("block", "part"),
    [
        ({"type": "text", "text": "Hi"}, {"type": "text", "text": "Hi"}),
        (
            {"type": "image", "source": _PNG},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
        ),
        (
            {"type": "image", "source": {"type": "url", "url": "https://x.example/a.png"}},
            {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}},
        ),
        (
            {"type": "document", "title": "T", "source": {"type": "text", "data": "words"}},
            {"type": "text", "text": "T\nwords"},
        ),
        (
            {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "a"}]}},
            {"type": "text", "text": "a"},
        ),
        (
            {"type": "document", "title": "t.pdf", "source": _PDF},
            {
                "type": "file",
                "file": {"file_data": "data:application/pdf;base64,aGk=", "filename": "t.pdf"},
            },
        ),
        (
            {"type": "document", "source": {"type": "file", "file_id": "file-api-1"}},
            {"type": "file", "file": {"file_id": "file-api-1"}},
        ),
        (
            {
                "type": "search_result",
                "title": "T",
                "source": "https://x.example",
                "content": [{"type": "text", "text": "found"}],
            },
            {"type": "text", "text": "T\nhttps://x.example\nfound"},
        ),
    ],
)
def test_what_a_model_can_read(block: dict[str, Any], part: dict[str, Any]) -> None:
    """
    Each kind of block has its part in chat.
    """
    assert [part] == parts_of([block], "content")


@pytest.mark.parametrize(
    ("block", "place"),
    [
        ({"type": "text"}, "c[0].text"),
        ({"type": "image"}, "c[0].source"),
        ({"type": "image", "source": {"type": "file", "file_id": "f"}}, "c[0].source.type"),
        ({"type": "image", "source": {"type": "base64", "data": "x"}}, "c[0].source.media_type"),
        ({"type": "document", "source": {"type": "url", "url": "https://x.example"}}, "c[0].source.type"),
        ({"type": "document", "source": {"type": "odd"}}, "c[0].source.type"),
        ({"type": "search_result", "title": "T", "content": []}, "c[0].source"),
        ({"type": "container_upload"}, "c[0].type"),
    ],
)
def test_what_cannot_be_read_is_refused_under_its_place(block: dict[str, Any], place: str) -> None:
    """
    Nothing is left out in silence.
    """
    with pytest.raises(InvalidRequest) as caught:
        parts_of([block], "c")

    assert place == caught.value.param
    assert place in caught.value.message


def test_where_only_text_may_stand_a_picture_is_refused() -> None:
    """
    Such as in what the system says.
    """
    with pytest.raises(InvalidRequest) as caught:
        text_of([{"type": "image", "source": _PNG}], "system")

    assert "system" == caught.value.param
