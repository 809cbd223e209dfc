"""
What the head of an answer says, and whether it may be believed.

The rules, beyond what a parser of single fields can see:

- HTTP/1.0 and 1.1 only, status 200 to 599; nothing switches protocols.
- The body is framed by exactly `Transfer-Encoding: chunked`, or one valid
  Content-Length, or the end of the connection; never by two of them.
- No content coding: identity was asked for, and frames are read as they come.
  What some servers write there by mistake (`utf-8`) codes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.upstreams.transport import CompressedAnswer, InvalidAnswer

HEADER_LIMIT_BYTES = 64 * 1024
HEADER_LIMIT_FIELDS = 100

_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
# A 200 without any of these is framed by its length alone, and keeps the connection.
_TELLING = _HOP_BY_HOP | {b"content-encoding"}
_NO_CODING = frozenset({b"", b"identity", b"none", b"utf-8"})
_WITHOUT_BODY = frozenset({204, 304})


@dataclass(slots=True)
class AnswerHead:
    """
    The head of one final answer, checked.

    `until_close` is true where only the end of the connection ends the body;
    `keeps_alive` says whether the connection may serve again.
    """

    status: int
    headers: Mapping[bytes, bytes]
    until_close: bool
    keeps_alive: bool


def read_head(version: str, status: int, fields: Sequence[tuple[bytes, bytes]]) -> AnswerHead:
    """Return the head that an HTTP/1 upstream sent, or raise `InvalidAnswer`."""
    headers = {name.lower(): value for name, value in fields}
    if status == 200 and version == "1.1" and len(headers) == len(fields) and _TELLING.isdisjoint(headers):
        length = headers.get(b"content-length")
        if length is not None and length.isdigit():
            return AnswerHead(status, headers, False, True)
    return _judge_head(version, status, fields)


def _judge_head(version: str, status: int, fields: Sequence[tuple[bytes, bytes]]) -> AnswerHead:
    if version not in {"1.1", "1.0"}:
        raise _invalid("another version of HTTP than 1.1 or 1.0")
    headers = _gather(status, fields)
    coding = headers.get(b"transfer-encoding")
    length = headers.get(b"content-length")
    if coding is not None:
        _check_coding(version, status, coding, length)
    if length is not None and not length.isdigit():
        raise _invalid("an invalid Content-Length")
    bodiless = status in _WITHOUT_BODY
    until_close = coding is None and length is None and not bodiless
    keeps_alive = version == "1.1" and not until_close
    if bodiless and length is not None and length.strip(b"0"):
        # Its body may still follow, and must not be taken for the next answer.
        keeps_alive = False
    if (connection := headers.get(b"connection")) is not None:
        named = _options_of(connection)
        keeps_alive = keeps_alive and b"close" not in named
    return AnswerHead(status, _without_hop_by_hop(headers), until_close, keeps_alive)


def check_size(fields: Sequence[tuple[bytes, bytes]]) -> None:
    """Raise `InvalidAnswer` for a header larger than anyone needs."""
    size = sum(len(name) + len(value) for name, value in fields)
    if size > HEADER_LIMIT_BYTES or len(fields) > HEADER_LIMIT_FIELDS:
        raise _invalid("too many bytes of header")


def _gather(status: int, fields: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    if not 200 <= status <= 599:
        raise _invalid(f"the status {status}")
    headers: dict[bytes, bytes] = {}
    for name, value in fields:
        key = name.lower()
        headers[key] = value if key not in headers else headers[key] + b", " + value
    encoding = headers.get(b"content-encoding")
    if encoding is not None and encoding.strip().lower() not in _NO_CODING:
        raise CompressedAnswer(
            "the upstream sent a compressed answer, though identity was asked for", answered=True
        )
    return headers


def _without_hop_by_hop(headers: dict[bytes, bytes]) -> dict[bytes, bytes]:
    if _HOP_BY_HOP.isdisjoint(headers):
        return headers
    dropped = _HOP_BY_HOP | _options_of(headers.get(b"connection", b""))
    return {name: value for name, value in headers.items() if name not in dropped}


def _options_of(connection: bytes) -> frozenset[bytes]:
    return frozenset(option.strip() for option in connection.lower().split(b","))


def _check_coding(version: str, status: int, coding: bytes, length: bytes | None) -> None:
    if coding.lower() != b"chunked":
        raise _invalid("another Transfer-Encoding than chunked")
    if length is not None:
        raise _invalid("both Transfer-Encoding and Content-Length")
    if version == "1.0" or status in _WITHOUT_BODY:
        raise _invalid("Transfer-Encoding where there is none")


def _invalid(what: str) -> InvalidAnswer:
    return InvalidAnswer(f"the upstream sent {what}", answered=True)
