"""Parts of the content of a chat message."""

from gateway.wire.parts import content_of, text_part


def test_texts_beside_each_other_are_one() -> None:
    """
    Every server takes a text; a list is for those that see.
    """
    assert "a\nb" == content_of([text_part("a"), text_part("b")])


def test_texts_beside_a_picture_stay_parts() -> None:
    """
    In the order in which they were said.
    """
    parts = [text_part("a"), {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}]

    assert parts == content_of(parts)
