"""
The head of a request, as it goes over the wire (RFC 9112 3, RFC 9110 7.6).

What this file writes is fixed for every upstream: Host, Content-Length, our
`Via`, and `Accept-Encoding: identity`, because frames are read as they come.
"""

import re
from functools import lru_cache

from gateway.upstreams.target import Origin
from gateway.upstreams.transport import UpstreamCall

Fields = tuple[tuple[bytes, bytes], ...]

VIA = b"1.1 deepseek-gateway"

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_TARGET = re.compile(r"/[\x21-\x7e]*")
# HEAD answers have no body for reasons that only the request knows, and
# CONNECT turns the connection into something else.
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OURS = frozenset(
    {
        b"accept-encoding",
        b"connection",
        b"content-length",
        b"expect",
        b"host",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"via",
    }
)


def request_head(call: UpstreamCall) -> bytes:
    """Return request line and header fields with their blank line, or raise `ValueError`."""
    fixed = _all_but_the_length(call.method, call.target, call.upstream.origin, call.headers)
    return b"%b%d\r\n%b\r\n" % (fixed, len(call.body), _lines(call.trace))


def check_call(call: UpstreamCall) -> None:
    """Raise `ValueError` if any part of the head would not be what it says."""
    _all_but_the_length(call.method, call.target, call.upstream.origin, call.headers)
    _check_fields(call.trace)


# Most calls to an upstream differ in nothing else.
@lru_cache(maxsize=256)
def _all_but_the_length(method: str, target: str, origin: Origin, headers: Fields) -> bytes:
    return b"%b%bcontent-length: " % (_opening(method, target, origin.authority), _lines(headers))


def _lines(fields: Fields) -> bytes:
    if not fields:
        return b""
    _check_fields(fields)
    return b"".join([b"%b: %b\r\n" % field for field in fields])


def _check_fields(headers: Fields) -> None:
    for name, _ in headers:
        _check_name(name)
    if _CONTROLS.search(b"".join([value for _, value in headers])):
        at_fault = [name for name, value in headers if _CONTROLS.search(value)]
        # The value may be a credential: show the name alone.
        raise ValueError(f"the header field {at_fault[0].decode()!r} holds a control character")


def _check_name(name: bytes) -> None:
    if not _TOKEN.fullmatch(name):
        raise ValueError("the name of a header field is not a token")
    if name.lower() in _OURS:
        raise ValueError(f"the header field {name.decode()!r} is written by the transport")


def _opening(method: str, target: str, authority: str) -> bytes:
    if method not in _METHODS:
        raise ValueError("the method of a call is one of " + ", ".join(sorted(_METHODS)))
    if not _TARGET.fullmatch(target):
        raise ValueError("the target of a call starts with / and holds printable ASCII without spaces")
    return b"%b %b HTTP/1.1\r\nhost: %b\r\naccept-encoding: identity\r\nvia: %b\r\n" % (
        method.encode("ascii"),
        target.encode("ascii"),
        authority.encode("ascii"),
        VIA,
    )
