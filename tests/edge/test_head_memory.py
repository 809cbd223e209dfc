"""A remembered head is judged like any other."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from gateway.edge.door_limits import DoorLimits
from gateway.edge.head_guard import HeadRefused
from gateway.edge.head_memory import HeadMemory
from gateway.edge.request_head import RequestHead, parse_head
from tests.fakes.ambiguous_heads import REFUSED

LIMITS = DoorLimits(head_bytes=200)
LINE, HOST = b"POST /v1/chat HTTP/1.1\r\n", b"Host: door\r\n"


def a_head(*fields: bytes) -> bytes:
    """Return a head with these lines behind its host."""
    return LINE + HOST + b"".join([field + b"\r\n" for field in fields]) + b"\r\n"


# What a head may be made of: fields that belong together, and ones that make it ambiguous.
_FIELDS = some.lists(
    some.sampled_from(
        [
            b"Content-Length: 3",
            b"Content-Length: 12",
            b"content-length:12",
            b"Content-Length: 007",
            b"Content-Length:  5 ",
            b"Content-Length: ",
            b"Content-Length: +1",
            b"Content-Length: 1, 1",
            b"Content-Length: 99999999999999999999",
            b"Transfer-Encoding: chunked",
            b"Authorization: Bearer a",
            b"Expect: 100-continue",
            b"Connection: close",
            b"X: Content-Length: 3",
            b"X: " + b"y" * 120,
        ]
    ),
    max_size=4,
)


def _judged(parse: object, raw: bytes) -> RequestHead | tuple[int, str]:
    try:
        head = parse(raw)  # type: ignore[operator]
    except HeadRefused as refused:
        return refused.status, refused.code
    assert isinstance(head, RequestHead)
    return head


@pytest.mark.slow
@settings(max_examples=500)
@given(some.lists(some.builds(lambda fields: a_head(*fields), _FIELDS), min_size=1, max_size=6))
def test_every_head_is_judged_as_if_it_were_the_first(heads: list[bytes]) -> None:
    """
    Whatever came before on this connection, a head is parsed or refused as by itself.
    """
    memory = HeadMemory(LIMITS)

    found = [_judged(memory.parse, raw) for raw in heads]

    assert [_judged(lambda raw: parse_head(raw, LIMITS), raw) for raw in heads] == found


@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED.keys())
def test_a_good_head_opens_no_door_to_a_bad_one(refused: bytes) -> None:
    """
    A head that is refused by itself is refused behind its own like.
    """
    memory = HeadMemory(DoorLimits())
    memory.parse(b"POST /v1 HTTP/1.1\r\nHost: door\r\nContent-Length: 3\r\n\r\n")

    with pytest.raises(HeadRefused):
        memory.parse(refused)


def test_only_the_length_is_read_anew() -> None:
    """
    A head that is repeated is the same object; one that differs in its length says so everywhere.
    """
    memory = HeadMemory(DoorLimits())

    first = memory.parse(a_head(b"Content-Length: 3", b"X: y"))
    again = memory.parse(a_head(b"Content-Length: 3", b"X: y"))
    second = memory.parse(a_head(b"Content-Length: 12345", b"X: y"))
    third = memory.parse(a_head(b"Content-Length: 3", b"X: z"))

    assert again is first
    assert (3, 12345, 3) == (first.content_length, second.content_length, third.content_length)
    assert (b"12345", b"y") == (second.named[b"content-length"], second.named[b"x"])
    assert (b"content-length", b"12345") in second.fields
    assert b"z" == third.named[b"x"]
