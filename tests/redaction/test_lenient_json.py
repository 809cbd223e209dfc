"""Reading what somebody else might read."""

import orjson
import pytest

from gateway.redaction.lenient_json import read_object


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (b'{"a":"b"}', {"a": "b"}),
        (b'{"a":"\\ud83d"}', {"a": "\ufffd"}),
        (b'{"a":"\\\\ud83d \\ud83d\\ude00"}', {"a": "\\ud83d 😀"}),
        (b'{"a":"\xe5\xbc"}', {"a": "\ufffd"}),
        (b'{"a":"\t"}', {"a": "\t"}),
    ],
)
def test_halves_of_characters_and_raw_signs_are_read(document: bytes, expected: dict[str, str]) -> None:
    """
    Half of a character is one that nobody knows; whole ones stay.
    """
    assert expected == read_object(document)


def test_a_number_that_is_none_is_read() -> None:
    """
    And is nothing once it is written again.
    """
    assert b'{"a":null}' == orjson.dumps(read_object(b'{"a":NaN}'))


@pytest.mark.parametrize(
    "document", [b"", b"no json", b"[1]", b"7", b'{"x":' + b"[" * 300 + b"]" * 300 + b"}"]
)
def test_what_is_no_object_is_nothing(document: bytes) -> None:
    """
    Nor is what could not be written again.
    """
    assert read_object(document) is None
