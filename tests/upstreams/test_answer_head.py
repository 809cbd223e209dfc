"""A head is believed only where it can be understood in one way."""

import pytest

from gateway.upstreams.answer_head import check_size, read_head
from gateway.upstreams.transport import InvalidAnswer

LENGTH = (b"Content-Length", b"2")


@pytest.mark.parametrize(
    ("version", "status", "fields", "until_close", "keeps_alive"),
    [
        ("1.1", 200, [LENGTH], False, True),
        ("1.1", 200, [(b"Transfer-Encoding", b"Chunked")], False, True),
        ("1.1", 200, [], True, False),
        ("1.0", 200, [LENGTH], False, False),
        ("1.1", 200, [LENGTH, (b"Connection", b"keep-alive")], False, True),
        ("1.1", 200, [LENGTH, (b"Connection", b"x, Close")], False, False),
        ("1.1", 200, [LENGTH, (b"Connection", b"x"), (b"connection", b"close")], False, False),
        ("1.1", 204, [], False, True),
        ("1.1", 304, [LENGTH], False, False),
        ("1.1", 304, [(b"Content-Length", b"0")], False, True),
        ("1.1", 200, [LENGTH, (b"Content-Encoding", b"identity")], False, True),
    ],
)
def test_framing_and_reuse(
    version: str, status: int, fields: list[tuple[bytes, bytes]], *, until_close: bool, keeps_alive: bool
) -> None:
    """
    How the body ends, and whether the connection may serve again.
    """
    head = read_head(version, status, fields)

    assert (status, until_close, keeps_alive) == (head.status, head.until_close, head.keeps_alive)


@pytest.mark.parametrize(
    ("version", "status", "fields"),
    [
        ("2.0", 200, [LENGTH]),
        ("1.1", 101, []),
        ("1.1", 199, [LENGTH]),
        ("1.1", 600, [LENGTH]),
        ("1.1", 200, [LENGTH, LENGTH]),
        ("1.1", 200, [LENGTH, (b"transfer-encoding", b"chunked")]),
        ("1.1", 200, [(b"transfer-encoding", b"gzip")]),
        ("1.1", 200, [(b"transfer-encoding", b"chunked"), (b"Transfer-Encoding", b"chunked")]),
        ("1.0", 200, [(b"transfer-encoding", b"chunked")]),
        ("1.1", 204, [(b"transfer-encoding", b"chunked")]),
        ("1.1", 200, [(b"content-length", b"")]),
        ("1.1", 200, [(b"content-length", b"1 ")]),
        ("1.1", 200, [LENGTH, (b"content-encoding", b"gzip")]),
    ],
)
def test_what_is_refused(version: str, status: int, fields: list[tuple[bytes, bytes]]) -> None:
    """
    Two framings, an unknown coding, an impossible status or version.
    """
    with pytest.raises(InvalidAnswer) as raised:
        read_head(version, status, fields)

    assert raised.value.answered


def test_only_end_to_end_fields_are_shown() -> None:
    """
    Connection, what it names, and the hop-by-hop fields are dropped; names are lower case.
    """
    fields = [
        LENGTH,
        (b"Connection", b"keep-alive, X-Own"),
        (b"X-Own", b"1"),
        (b"Keep-Alive", b"timeout=5"),
        (b"Upgrade", b"h2c"),
        (b"Trailer", b"x"),
        (b"Proxy-Authenticate", b"Basic"),
        (b"X-End", b"1"),
        (b"x-end", b"2"),
    ]

    head = read_head("1.1", 200, fields)

    assert {b"content-length": b"2", b"x-end": b"1, 2"} == head.headers


@pytest.mark.parametrize("fields", [[(b"x", b"y")] * 101, [(b"x", b"y" * 65_536)]])
def test_a_header_has_a_size(fields: list[tuple[bytes, bytes]]) -> None:
    """
    A hundred fields and 64 KiB are enough for anyone.
    """
    check_size([(b"x", b"y")] * 100)

    with pytest.raises(InvalidAnswer):
        check_size(fields)
