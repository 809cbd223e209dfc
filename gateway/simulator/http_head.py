"""Heads of HTTP answers and the framing of their bodies."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from gateway.simulator.misbehaviour import Misbehaviour

Framing = Literal["length", "chunked", "until_close"]
TERMINATOR = b"0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Head:
    """The head of one answer; `length` is used where the framing is by length."""

    status: int
    content_type: str | None
    framing: Framing
    length: int = 0
    keep_alive: bool = True


def write_head(head: Head, behaviour: Misbehaviour) -> bytes:
    """Return the bytes of a head, with what the behaviour adds to it."""
    lines = [f"HTTP/1.1 {head.status} {_phrase(head.status)}"]
    content_type = behaviour.content_type or head.content_type
    if content_type:
        lines.append(f"content-type: {content_type}")
    if head.framing == "length":
        lines.append(f"content-length: {head.length}")
    elif head.framing == "chunked":
        lines.append("transfer-encoding: chunked")
    keeps = head.keep_alive and head.framing != "until_close"
    lines.append(f"connection: {'keep-alive' if keeps else 'close'}")
    lines += ["server: deepseek-simulator", "cache-control: no-cache"]
    lines += [f"{name}: {value}" for name, value in (behaviour.headers or {}).items()]
    if behaviour.retry_after is not None:
        lines.append(f"retry-after: {behaviour.retry_after}")
    if behaviour.huge_header:
        lines.append("x-huge: " + "h" * behaviour.huge_header)
    interim = (
        f"HTTP/1.1 {behaviour.interim} {_phrase(behaviour.interim)}\r\n\r\n" if behaviour.interim else ""
    )
    return (interim + "\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def chunk(data: bytes) -> bytes:
    """Return the bytes as one chunk of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
