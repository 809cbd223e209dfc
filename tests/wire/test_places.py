"""What is said of a wrong place in a request."""

import pytest

from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.places import blocks_at, object_at, printable, text_at, wrong


def test_a_refusal_names_its_place_in_words_and_apart() -> None:
    """
    Anthropic's error has no field for it, so the message says it too.
    """
    refusal = wrong("messages[0].role", "has to be user.")

    assert ("`messages[0].role` has to be user.", "messages[0].role") == (refusal.message, refusal.param)


@pytest.mark.parametrize("value", [None, 5, ["x"], {}])
def test_a_text_that_is_none_is_refused(value: object) -> None:
    """
    Under its whole path.
    """
    with pytest.raises(InvalidRequest) as caught:
        text_at({"name": value}, "name", "tools[1]")

    assert "tools[1].name" == caught.value.param


@pytest.mark.parametrize("value", [None, 5, ["x"], "text"])
def test_an_object_that_is_none_is_refused(value: object) -> None:
    """
    Under its whole path.
    """
    with pytest.raises(InvalidRequest) as caught:
        object_at({"input": value}, "input", "messages[0]")

    assert "messages[0].input" == caught.value.param


@pytest.mark.parametrize(
    ("content", "place"),
    [(None, "c"), (5, "c"), (["x"], "c[0]"), ([{}], "c[0]"), ([{"type": "text"}, {"type": 1}], "c[1]")],
)
def test_a_content_is_a_list_of_typed_blocks(content: object, place: str) -> None:
    """
    What has no type is named by its number.
    """
    with pytest.raises(InvalidRequest) as caught:
        blocks_at(content, place[0])

    assert place == caught.value.param


@pytest.mark.parametrize(
    ("kind", "shown"),
    [("web_search", "web_search"), ("张伟", "(unknown)"), ("a b", "(unknown)"), ("x" * 65, "(unknown)")],
)
def test_a_type_is_shown_only_if_it_is_a_name(kind: str, shown: str) -> None:
    """
    Nobody's words come back in a refusal.
    """
    assert shown == printable(kind)
