"""The head of an answer: checked, framed and written in one piece."""

from collections.abc import Iterable
from email.utils import formatdate
from enum import IntEnum
from functools import lru_cache
from http import HTTPStatus

import msgspec

from gateway.foundation.clock import Clock

_OWN_FIELDS = frozenset({b"transfer-encoding", b"connection", b"keep-alive", b"date"})
_NO_BODY = frozenset({204, 304})


class Framing(IntEnum):
    """How a caller knows where the body ends."""

    LENGTH = 0
    CHUNKED = 1
    UNTIL_CLOSE = 2
    NO_BODY = 3


# Bound once: in Python 3.11 a look-up through the enum's class costs six times a global.
_LENGTH, _CHUNKED, _UNTIL_CLOSE, _BODILESS = Framing


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


class _Form(msgspec.Struct, frozen=True, gc=False):
    """Status line and names of a head, with a place for every value; where the values stand that matter."""

    template: bytes
    lines: int
    length_at: int | None
    connection_at: tuple[int, ...]


def prepare_head(status: int, headers: Iterable[tuple[bytes, bytes]]) -> ResponseHead:
    """
    Check and render what an endpoint fixed; raise `ValueError` for a field that would break the head.

    `transfer-encoding`, `keep-alive` and `date` are the connection's own and
    are left out; `connection: close` is obeyed.
    """
    names, values = tuple(zip(*headers, strict=True)) or ((), ())
    form = _form_of(status, names)
    length = None
    if form.length_at is not None:
        if not values[form.length_at].isdigit():
            raise ValueError("content-length of the answer is no number")
        length = int(values[form.length_at])
    block = form.template % values
    count = form.lines
    if block.count(b"\n") != count or block.count(b"\r") != count or b"\0" in block:
        raise ValueError("a header of the answer holds CR, LF or NUL")
    # Only where the field is there at all: most answers leave it to the connection.
    at = form.connection_at
    wants_close = at != () and any(b"close" in values[index].lower() for index in at)
    return ResponseHead(status, block, length, wants_close)


# One answer's names are those of the one before.
@lru_cache(maxsize=256)
def _form_of(status: int, names: tuple[bytes, ...]) -> _Form:
    lines = [status_line(status).replace(b"%", b"%%")]
    keys = [name.lower() for name in names]
    if keys.count(b"content-length") > 1:
        raise ValueError("content-length of the answer came twice")
    # A value of the connection's own fields is written with no byte of it.
    template = [b"%.0b" if key in _OWN_FIELDS else key.replace(b"%", b"%%") + b": %b\r\n" for key in keys]
    return _Form(
        template=b"".join(lines + template),
        lines=1 + sum(key not in _OWN_FIELDS for key in keys),
        length_at=keys.index(b"content-length") if b"content-length" in keys else None,
        connection_at=tuple(at for at, key in enumerate(keys) if key == b"connection"),
    )


def choose_framing(head: ResponseHead, *, is_head_request: bool, is_http_1_0: bool) -> Framing:
    """Decide how the body of this answer is delimited (RFC 9112 6.3)."""
    if is_head_request or head.status in _NO_BODY:
        return _BODILESS
    if head.content_length is not None:
        return _LENGTH
    return _UNTIL_CLOSE if is_http_1_0 else _CHUNKED


def render_head(
    head: ResponseHead, framing: Framing, *, keep_alive: bool, is_http_1_0: bool, date_line: bytes
) -> bytes:
    """Return the bytes of the head, its empty line included."""
    ours = b"transfer-encoding: chunked\r\n" if framing is _CHUNKED else b""
    if not keep_alive:
        ours += b"connection: close\r\n"
    elif is_http_1_0:
        ours += b"connection: keep-alive\r\n"
    return b"%b%b%b\r\n" % (head.lines, ours, date_line)


def status_line(status: int) -> bytes:
    """Return the first line of an answer; raise `ValueError` outside 200-599."""
    line = _STATUS_LINES.get(status)
    if line is None:
        raise ValueError(f"{status} is not the status of a final answer")
    return line


def _render_status_line(status: int) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    return f"HTTP/1.1 {status} {phrase}\r\n".encode("ascii")


_STATUS_LINES = {status: _render_status_line(status) for status in range(200, 600)}
