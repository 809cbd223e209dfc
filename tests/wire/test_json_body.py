"""The object in a body, within bounds."""

import orjson
import pytest

from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.json_body import read_object, refuse_depth


@pytest.mark.parametrize("body", [b"", b"[1]", b'"text"', b'{"a": "\xff"}', b'{"a": NaN}'])
def test_what_is_no_object_in_utf8_is_refused(body: bytes) -> None:
    """
    Under one code, whatever the protocol.
    """
    with pytest.raises(InvalidRequest) as caught:
        read_object(body)

    assert "invalid_json" == caught.value.code


def test_a_byte_order_mark_is_read_over() -> None:
    """
    RFC 8259, 8.1.
    """
    assert {"a": 1} == read_object(b'\xef\xbb\xbf{"a": 1}')


def test_what_can_be_read_and_not_be_written_is_too_deep() -> None:
    """
    Found here, and not where it is to be sent on.
    """
    deep = b'{"a": ' + b"[" * 400 + b"]" * 400 + b"}"

    with pytest.raises(InvalidRequest, match="too deeply"):
        refuse_depth(deep, read_object(deep))


def test_many_small_objects_are_not_deep() -> None:
    """
    A long conversation has more brackets than levels.
    """
    fields = {"messages": [{"role": "user"}] * 500}

    refuse_depth(orjson.dumps(fields), fields)

    assert 500 == len(fields["messages"])
