"""Heads are found whole, parsed once, and refused where two readers could differ."""

import itertools

import httptools
import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.edge.door_limits import DoorLimits
from gateway.edge.head_guard import HeadRefused
from gateway.edge.request_head import HeadFinder, parse_head
from tests.fakes.ambiguous_heads import REFUSED, START

LIMITS = DoorLimits()


@pytest.mark.parametrize("head", REFUSED.values(), ids=REFUSED.keys())
def test_an_ambiguous_or_broken_head_is_refused(head: bytes) -> None:
    """
    Whatever two readers of HTTP could read differently is turned away with 400.
    """
    with pytest.raises(HeadRefused) as refused:
        parse_head(head, LIMITS)

    assert (400, "invalid_http") == (refused.value.status, refused.value.code)


@pytest.mark.parametrize("head", [b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\n"])
def test_another_version_is_refused_with_505(head: bytes) -> None:
    """
    HTTP/2, and its preface, are answered with the status made for it.
    """
    with pytest.raises(HeadRefused) as refused:
        parse_head(head, LIMITS)

    assert (505, "http_version_unsupported") == (refused.value.status, refused.value.code)


def test_sizes_are_bounded_to_the_byte_and_field() -> None:
    """
    A head of exactly the bound passes; one byte, one field or one byte of target more does not.
    """
    limits = DoorLimits(head_bytes=100, head_fields=3, request_line_bytes=40)

    def padded(size: int) -> bytes:
        start, end = b"GET / HTTP/1.1\r\nHost: a\r\nX: ", b"\r\n\r\n"
        return start + b"x" * (size - len(start) - len(end)) + end

    def with_fields(count: int) -> bytes:
        return b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * (count - 1) + b"\r\n"

    def with_line(size: int) -> bytes:
        return b"GET /" + b"a" * (size - 14) + b" HTTP/1.1\r\nHost: a\r\n\r\n"

    def code_of(head: bytes) -> str:
        try:
            parse_head(head, limits)
        except HeadRefused as refused:
            return refused.code
        return "passed"

    assert ("passed", "headers_too_large") == (code_of(padded(100)), code_of(padded(101)))
    assert ("passed", "headers_too_large") == (code_of(with_fields(3)), code_of(with_fields(4)))
    assert ("passed", "request_line_too_long") == (code_of(with_line(40)), code_of(with_line(41)))


@pytest.mark.parametrize(
    ("target", "path", "raw_path", "query"),
    [
        (b"/a?b=c%20d", "/a", b"/a", b"b=c%20d"),
        (b"//a/../b/./c", "//a/../b/./c", b"//a/../b/./c", b""),
        (b"/%76%31", "/v1", b"/%76%31", b""),
        (b"/%2576", "/%76", b"/%2576", b""),
        (b"/a%2fb", "/a/b", b"/a%2fb", b""),
        (b"/a%3Fb", "/a?b", b"/a%3Fb", b""),
        (b"/%", "/%", b"/%", b""),
        (b"/?x?y", "/", b"/", b"x?y"),
        (b"*", "*", b"*", b""),
        (b"http://door/a?b", "/a", b"/a", b"b"),
        (b"HTTPS://DOOR?b", "/", b"/", b"b"),
        (b"http://door", "/", b"/", b""),
    ],
)
def test_a_path_is_decoded_once_and_never_normalised(
    target: bytes, path: str, raw_path: bytes, query: bytes
) -> None:
    """
    What the router compares is what was sent, percent-decoded exactly once.
    """
    head = parse_head(b"GET " + target + b" HTTP/1.1\r\nHost: door\r\n\r\n", LIMITS)

    assert (path, raw_path, query) == (head.path, head.raw_path, head.query)


@pytest.mark.parametrize(
    ("version", "connection", "keeps"),
    [
        (b"1.1", None, True),
        (b"1.1", b"close", False),
        (b"1.1", b"Keep-Alive, Close", False),
        (b"1.1", b"closed", True),
        (b"1.0", None, False),
        (b"1.0", b"keep-alive", True),
        (b"1.0", b"keep-alive, close", False),
    ],
)
def test_the_connection_field_decides_on_keep_alive(
    version: bytes, connection: bytes | None, *, keeps: bool
) -> None:
    """
    HTTP/1.1 stays unless told to close, HTTP/1.0 closes unless told to stay.
    """
    field = b"" if connection is None else b"Connection: " + connection + b"\r\n"

    head = parse_head(b"GET / HTTP/" + version + b"\r\nHost: a\r\n" + field + b"\r\n", LIMITS)

    assert keeps is head.keep_alive


def test_an_upgrade_is_ignored() -> None:
    """
    A wish for websocket or h2c leaves an ordinary request with its body.
    """
    head = parse_head(START + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 3\r\n\r\n", LIMITS)

    assert 3 == head.content_length
    assert head.keep_alive


def test_names_are_lower_case_and_values_are_trimmed() -> None:
    """
    Fields keep their order and their repetitions.
    """
    head = parse_head(b"GET / HTTP/1.1\r\nHoST: a\r\nX:\t b c \t\r\nx: \r\n\r\n", LIMITS)

    assert [(b"host", b"a"), (b"x", b"b c"), (b"x", b"")] == head.fields


@given(some.lists(some.integers(0, 200), max_size=12), some.integers(0, 3))
def test_any_split_finds_the_same_head(cuts: list[int], empty_lines: int) -> None:
    """
    However the bytes of a request are cut into packets, head and rest are the same.
    """
    head = b"POST /v1/chat HTTP/1.1\r\nHost: door\r\nContent-Length: 9\r\n\r\n"
    stream = b"\r\n" * empty_lines + head + b"\r\n\r\nbody."
    finder = HeadFinder(LIMITS)
    found: tuple[bytes, bytes] | None = None
    tail = b""

    for packet in _cut(stream, cuts):
        if found is None:
            found = finder.feed(packet)
        else:
            tail += packet

    assert found is not None
    assert (head, b"\r\n\r\nbody.") == (found[0], found[1] + tail)


NAMES = some.text("abcXYZ-09_", min_size=1, max_size=8).map(str.encode)
VALUES = some.binary(max_size=12)


@given(some.lists(some.tuples(NAMES, VALUES), max_size=6))
def test_what_passes_is_what_httptools_read(fields: list[tuple[bytes, bytes]]) -> None:
    """
    The guard only refuses more than httptools; it never reads a field that httptools did not.
    """
    raw = (
        b"GET /a HTTP/1.1\r\nHost: door\r\n" + b"".join(n + b": " + v + b"\r\n" for n, v in fields) + b"\r\n"
    )
    seen: list[tuple[bytes, bytes]] = []

    class Witness:
        def on_header(self, name: bytes, value: bytes) -> None:
            seen.append((name.lower(), value.rstrip(b" \t")))

    try:
        head = parse_head(raw, LIMITS)
    except HeadRefused:
        return
    httptools.HttpRequestParser(Witness()).feed_data(raw)

    assert seen == head.fields


@pytest.mark.parametrize(
    ("packets", "code"),
    [
        ([b"GET / HTTP/1.1\n"], "invalid_http"),
        ([b"GET / HTTP/1.1\r\nA: b", b"\n"], "invalid_http"),
        ([b"\x16\x03\x01\x02"], "invalid_http"),
        ([b"\r", b"G"], "invalid_http"),
        ([b"GET /" + b"a" * 60, b"a" * 60], "request_line_too_long"),
        ([b"GET / HTTP/1.1\r\nA: ", b"a" * 300], "headers_too_large"),
    ],
)
def test_a_hopeless_head_is_refused_before_it_ends(packets: list[bytes], code: str) -> None:
    """
    Nobody waits for the rest of what can no longer become a request.
    """
    finder = HeadFinder(DoorLimits(head_bytes=200, request_line_bytes=100))
    for packet in packets[:-1]:
        assert finder.feed(packet) is None

    with pytest.raises(HeadRefused) as refused:
        finder.feed(packets[-1])

    assert code == refused.value.code


def _cut(stream: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    return [stream[a:b] for a, b in itertools.pairwise(edges)]
