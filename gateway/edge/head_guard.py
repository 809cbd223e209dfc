"""Which request heads are turned away, and what their sender is told."""

import re

from gateway.vocabulary.refusal import Blame, Refusal

_BARE_LINE_FEED = re.compile(rb"(?<!\r)\n")
_METHOD_LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")

SINGLE_FIELDS = frozenset({b"host", b"authorization", b"x-api-key", b"api-key", b"content-length"})
"""Fields of which a second one would let two readers see two different requests."""


class HeadRefused(Refusal):
    """The head of a request breaks a rule of HTTP or a bound of the door."""

    status, code, kind, blame = 400, "invalid_http", "invalid_request_error", Blame.CALLER


class HeadTooLarge(HeadRefused):
    """The header fields together, or their number, exceed the bound."""

    status, code = 431, "headers_too_large"


class RequestLineTooLong(HeadRefused):
    """The request line exceeds the bound."""

    status, code = 414, "request_line_too_long"


class VersionUnsupported(HeadRefused):
    """The request speaks another HTTP than 1.0 or 1.1."""

    status, code = 505, "http_version_unsupported"


class HeadTooSlow(HeadRefused):
    """The head did not arrive in time."""

    status, code = 408, "head_timeout"


def refuse_hopeless(partial: bytearray, new_from: int, *, line_bytes: int, head_bytes: int) -> None:
    """
    Raise at once what more bytes cannot mend in a head that is not complete yet.

    Looks only at the bytes from `new_from` on, so a head that drips in byte by
    byte costs no more than one that comes whole.
    """
    if partial and partial[0] not in _METHOD_LETTERS and partial != b"\r":
        raise HeadRefused("The request line does not begin with a method; is this an HTTP/1.1 request?")
    if _BARE_LINE_FEED.search(partial, new_from):
        raise HeadRefused("A line of the head ends without CR; end lines with CR LF.")
    if len(partial) > line_bytes and partial.find(b"\r\n", 0, line_bytes + 2) < 0:
        raise RequestLineTooLong(f"The request line is longer than {line_bytes} bytes; shorten the URL.")
    if len(partial) > head_bytes:
        raise HeadTooLarge(f"The head is larger than {head_bytes} bytes; send fewer or shorter headers.")
