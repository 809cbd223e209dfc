"""A head is believed only where it can be understood in one way."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.upstreams.answer_head import AnswerHead, check_size, read_head
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
        ("1.1", 200, [LENGTH, (b"Content-Encoding", b"UTF-8")], False, True),
        ("1.1", 200, [LENGTH, (b"Content-Encoding", b"")], False, True),
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


_FIELDS = some.lists(
    some.tuples(
        some.sampled_from([b"content-length", b"Content-Type", b"X-A", b"x-a", b"Content-Encoding", b"TE"]),
        some.sampled_from([b"2", b"0", b"007", b"", b"a", b"identity", b"gzip"]),
    ),
    max_size=4,
)


@given(some.sampled_from(["1.0", "1.1", "2.0"]), some.sampled_from([199, 200, 201, 204, 304]), _FIELDS)
def test_an_ordinary_head_is_judged_like_any_other(
    version: str, status: int, fields: list[tuple[bytes, bytes]]
) -> None:
    """
    With a field that says nothing new, and takes the long way, the same comes out.
    """

    def judged(fields: list[tuple[bytes, bytes]]) -> AnswerHead | str:
        try:
            return read_head(version, status, fields)
        except InvalidAnswer as error:
            return str(error)

    assert judged([*fields, (b"connection", b"keep-alive")]) == judged(fields)
