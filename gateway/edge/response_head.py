"""The head of an answer: checked, framed and written in one piece."""

from collections.abc import Iterable, Sequence
from email.utils import formatdate
from enum import IntEnum
from http import HTTPStatus
from operator import itemgetter

import msgspec

from gateway.foundation.clock import Clock

Field = tuple[bytes, bytes]

_CONTENT_LENGTH = b"content-length"
_OWN_FIELDS = frozenset({b"transfer-encoding", b"keep-alive", b"date"})
# How the line of a field begins, by its name in lower case; endpoints write few names.
_BEGINNINGS: dict[bytes, bytes] = {}
_MOST_BEGINNINGS = 1_000
_name = itemgetter(0)
_NO_BODY = frozenset({204, 304})


class Framing(IntEnum):
    """How a caller knows where the body ends."""

    LENGTH = 0
    CHUNKED = 1
    UNTIL_CLOSE = 2
    NO_BODY = 3


class ResponseHead(msgspec.Struct, frozen=True, gc=False):
    """
    Status and fields, ready to be framed.

    `lines` are the status line and the fields without those that the
    connection decides: `connection`, `transfer-encoding`, `date`.
    """

    status: int
    lines: bytes
    content_length: int | None
    wants_close: bool


class DateLine:
    """The `date` field, written anew once a second."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._second = -1
        self._line = b""

    def render(self) -> bytes:
        """Return the field with its line end."""
        second = int(self._clock.wall())
        if second != self._second:
            self._second = second
            self._line = b"date: " + formatdate(second, usegmt=True).encode() + b"\r\n"
        return self._line


def prepare_head(status: int, headers: Iterable[Field]) -> ResponseHead:
    """
    Check and render what an endpoint fixed; raise `ValueError` for a field that would break the head.

    `transfer-encoding`, `keep-alive` and `date` are the connection's own and
    are left out; `connection: close` is obeyed.
    """
    fields, length, wants_close = list(headers), None, False
    # Our own answers have it at their end, and else only names that were written before.
    if fields and fields[-1][0] == _CONTENT_LENGTH:
        length = _length(fields.pop()[1], None)
    if not all(map(_BEGINNINGS.__contains__, map(_name, fields))):
        fields, length, wants_close = _sorted_out(fields, length)
    lines = [status_line(status), *[_BEGINNINGS[name] + value for name, value in fields], b""]
    block = b"\r\n".join(lines)
    ends = len(lines) - 1
    if block.count(b"\n") != ends or block.count(b"\r") != ends or b"\0" in block:
        raise ValueError("a header of the answer holds CR, LF or NUL")
    return ResponseHead(status, block, length, wants_close)


def _sorted_out(fields: Sequence[Field], length: int | None) -> tuple[list[Field], int | None, bool]:
    """Return the fields in lower case without the connection's own, the length, and whether to close."""
    kept: list[Field] = []
    wants_close = False
    for name, value in fields:
        key = name.lower()
        if key == _CONTENT_LENGTH:
            length = _length(value, length)
        elif key == b"connection":
            wants_close = wants_close or b"close" in value.lower()
        elif key not in _OWN_FIELDS:
            kept.append((key, value))
    if len(_BEGINNINGS) >= _MOST_BEGINNINGS:
        _BEGINNINGS.clear()
    _BEGINNINGS.update([(key, key + b": ") for key, _ in kept])
    return kept, length, wants_close


def choose_framing(head: ResponseHead, *, is_head_request: bool, is_http_1_0: bool) -> Framing:
    """Decide how the body of this answer is delimited (RFC 9112 6.3)."""
    if is_head_request or head.status in _NO_BODY:
        return Framing.NO_BODY
    if head.content_length is not None:
        return Framing.LENGTH
    return Framing.UNTIL_CLOSE if is_http_1_0 else Framing.CHUNKED


def render_head(
    head: ResponseHead, framing: Framing, *, keep_alive: bool, is_http_1_0: bool, date_line: bytes
) -> bytes:
    """Return the bytes of the head, its empty line included."""
    length = head.content_length
    framing_line = b""
    if framing is Framing.CHUNKED:
        framing_line = b"transfer-encoding: chunked\r\n"
    elif length is not None:
        framing_line = b"content-length: %d\r\n" % length
    connection_line = b""
    if not keep_alive:
        connection_line = b"connection: close\r\n"
    elif is_http_1_0:
        connection_line = b"connection: keep-alive\r\n"
    return b"%b%b%b%b\r\n" % (head.lines, framing_line, connection_line, date_line)


def status_line(status: int) -> bytes:
    """Return the first line of an answer without its line end; raise `ValueError` outside 200-599."""
    line = _STATUS_LINES.get(status)
    if line is None:
        raise ValueError(f"{status} is not the status of a final answer")
    return line


def _render_status_line(status: int) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    return f"HTTP/1.1 {status} {phrase}".encode("ascii")


_STATUS_LINES = {status: _render_status_line(status) for status in range(200, 600)}


def _length(value: bytes, earlier: int | None) -> int:
    if not value.isdigit() or earlier is not None:
        raise ValueError("content-length of the answer is no number, or came twice")
    return int(value)
