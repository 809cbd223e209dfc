"""
The head of a request: found in the bytes, parsed, and refused where it is ambiguous.

httptools reads the fields with its lenient flags off, which refuses bare LF,
folded lines, NUL and CR in values, a second Content-Length, one beside
Transfer-Encoding, and sizes that are not digits. What it lets pass and is
refused here: `gzip, chunked`, repeated credentials and Host, a missing Host,
HTTP/0.9 and 2.0, CONNECT, two spaces in the request line, chunks in HTTP/1.0.
"""

from collections.abc import Mapping
from urllib.parse import unquote

import httptools
import msgspec

from gateway.edge.door_limits import DoorLimits
from gateway.edge.head_guard import (
    SINGLE_FIELDS,
    HeadRefused,
    HeadTooLarge,
    RequestLineTooLong,
    VersionUnsupported,
    refuse_hopeless,
)
from gateway.edge.named_fields import named_fields

_END = b"\r\n\r\n"
_PLAIN_KEEP_ALIVE = frozenset({b"keep-alive", b"Keep-Alive"})
_WATCHED_FIELDS = SINGLE_FIELDS | {b"transfer-encoding", b"connection", b"expect"}


class RequestHead(msgspec.Struct, frozen=True, gc=False):
    """
    One request head that has passed the guard.

    `fields` have lower-case names, in order; `named` holds the last value of
    each, and neither is ever changed. `path` is percent-decoded once
    and otherwise as it was sent: neither `//` nor `..` is resolved.
    `content_length` is None where the body is chunked, 0 where there is none.
    """

    method: str
    path: str
    raw_path: bytes
    query: bytes
    fields: list[tuple[bytes, bytes]]
    named: Mapping[bytes, bytes]
    is_http_1_0: bool
    content_length: int | None
    keep_alive: bool
    expects_continue: bool


class HeadFinder:
    """Gather bytes until a head is complete; the same head however they are split."""

    __slots__ = ("_limits", "_partial")

    def __init__(self, limits: DoorLimits) -> None:
        self._limits = limits
        self._partial = bytearray()

    def feed(self, data: bytes) -> tuple[bytes, bytes] | None:
        """Return the whole head and the bytes behind it, or None; raise `HeadRefused`."""
        if not self._partial and data[:1] != b"\r":
            end = data.find(_END)
            if end >= 0:
                return data[: end + 4], data[end + 4 :]
        return self._feed_partial(data)

    def _feed_partial(self, data: bytes) -> tuple[bytes, bytes] | None:
        partial = self._partial
        new_from = len(partial)
        partial += data
        # RFC 9112 2.2: empty lines before a request are ignored.
        while partial.startswith(b"\r\n"):
            del partial[:2]
            new_from = 0
        end = partial.find(_END, max(0, new_from - 3))
        if end >= 0:
            head, rest = bytes(partial[: end + 4]), bytes(partial[end + 4 :])
            partial.clear()
            return head, rest
        limits = self._limits
        refuse_hopeless(partial, new_from, line_bytes=limits.request_line_bytes, head_bytes=limits.head_bytes)
        return None


class _Fields:
    """Take in the header fields as httptools finds them."""

    __slots__ = ("fields", "repeated", "watched")

    def __init__(self) -> None:
        self.fields: list[tuple[bytes, bytes]] = []
        self.watched: dict[bytes, bytes] = {}
        self.repeated: bytes | None = None

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        value = value.rstrip(b" \t")
        self.fields.append((name, value))
        if name in _WATCHED_FIELDS:
            earlier = self.watched.get(name)
            if earlier is not None:
                if name in SINGLE_FIELDS:
                    self.repeated = name
                value = earlier + b"," + value
            self.watched[name] = value


def parse_head(raw: bytes, limits: DoorLimits) -> RequestHead:
    """Parse a whole head, up to and with its empty line; raise `HeadRefused`."""
    line_end = raw.find(b"\r\n")
    _check_sizes(raw, line_end, limits)
    method, target, version = _split_request_line(raw[:line_end])
    found = _parse_fields(raw)
    if len(found.fields) > limits.head_fields:
        raise HeadTooLarge(f"The head has more than {limits.head_fields} fields; send fewer headers.")
    if found.repeated is not None:
        raise HeadRefused(f"The header {found.repeated.decode()} came more than once; send it once.")
    watched = found.watched
    is_http_1_0 = version == b"HTTP/1.0"
    host = watched.get(b"host")
    if host is None and not is_http_1_0:
        raise HeadRefused("The Host header is missing; HTTP/1.1 requires it.")
    raw_path, query = _split_target(target, host)
    path = raw_path.decode("ascii")
    return RequestHead(
        method=method.decode("ascii"),
        path=unquote(path) if "%" in path else path,
        raw_path=raw_path,
        query=query,
        fields=found.fields,
        named=named_fields(found.fields),
        is_http_1_0=is_http_1_0,
        content_length=_content_length(watched, is_http_1_0=is_http_1_0),
        keep_alive=_keeps_alive(watched.get(b"connection"), is_http_1_0=is_http_1_0),
        expects_continue=not is_http_1_0 and watched.get(b"expect", b"").lower() == b"100-continue",
    )


def _check_sizes(raw: bytes, line_end: int, limits: DoorLimits) -> None:
    if line_end > limits.request_line_bytes:
        raise RequestLineTooLong(
            f"The request line is longer than {limits.request_line_bytes} bytes; shorten the URL."
        )
    if len(raw) > limits.head_bytes:
        raise HeadTooLarge(
            f"The head is larger than {limits.head_bytes} bytes; send fewer or shorter headers."
        )


def _split_request_line(line: bytes) -> tuple[bytes, bytes, bytes]:
    parts = line.split(b" ")
    if len(parts) != 3:
        raise HeadRefused("The request line is not a method, a target and a version with single spaces.")
    method, target, version = parts
    if version not in {b"HTTP/1.1", b"HTTP/1.0"}:
        if version.startswith(b"HTTP/"):
            raise VersionUnsupported("Only HTTP/1.1 and HTTP/1.0 are spoken here.")
        raise HeadRefused("The request line does not end with an HTTP version.")
    if method == b"CONNECT":
        raise HeadRefused("This is no proxy: the method CONNECT is not served.")
    return method, target, version


def _parse_fields(raw: bytes) -> _Fields:
    found = _Fields()
    try:
        httptools.HttpRequestParser(found).feed_data(raw)
    except httptools.HttpParserUpgrade:
        # A request to change the protocol may be ignored (RFC 9110 7.8); it never switches here.
        pass
    except httptools.HttpParserError as error:
        # The parser's texts are fixed phrases of its own; they hold nothing of the request.
        raise HeadRefused(f"The head is not valid HTTP: {error}.") from error
    return found


def _split_target(target: bytes, host: bytes | None) -> tuple[bytes, bytes]:
    if b"#" in target:
        raise HeadRefused("The request target has a fragment; leave out '#' and what follows.")
    if target[:1] != b"/" and target != b"*":
        target = _origin_form(target, host)
    path, _, query = target.partition(b"?")
    return path, query


def _origin_form(target: bytes, host: bytes | None) -> bytes:
    scheme, separator, rest = target.partition(b"://")
    if not separator or scheme.lower() not in {b"http", b"https"}:
        raise HeadRefused("The request target is not a path that begins with '/'.")
    path_at = min((at for at in (rest.find(b"/"), rest.find(b"?")) if at >= 0), default=len(rest))
    if host is not None and rest[:path_at].lower() != host.lower():
        raise HeadRefused("The request target and the Host header name different hosts.")
    path = rest[path_at:]
    return path if path.startswith(b"/") else b"/" + path


def _content_length(watched: dict[bytes, bytes], *, is_http_1_0: bool) -> int | None:
    encoding = watched.get(b"transfer-encoding")
    if encoding is None:
        length = watched.get(b"content-length")
        return 0 if length is None else int(length)
    if encoding.lower() != b"chunked":
        raise HeadRefused("The only transfer encoding understood is exactly 'chunked'.")
    if is_http_1_0:
        raise HeadRefused("HTTP/1.0 knows no Transfer-Encoding; send Content-Length.")
    return None


def _keeps_alive(connection: bytes | None, *, is_http_1_0: bool) -> bool:
    if connection is None:
        return not is_http_1_0
    if connection in _PLAIN_KEEP_ALIVE:
        return True
    tokens = {token.strip().lower() for token in connection.split(b",")}
    if b"close" in tokens:
        return False
    return not is_http_1_0 or b"keep-alive" in tokens
