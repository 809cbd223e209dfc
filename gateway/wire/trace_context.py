"""
W3C Trace Context, Level 1 (https://www.w3.org/TR/trace-context/): read strictly, written anew.

A `traceparent` that breaks any rule is none, and then its `tracestate` is none
either; a `tracestate` that breaks one is left out alone. What is written is
always version 00, under a span of our own.
"""

import re
from collections.abc import Mapping, Sequence

import msgspec

Fields = tuple[tuple[bytes, bytes], ...]

TRACEPARENT, TRACESTATE = b"traceparent", b"tracestate"
STATE_BYTES = 512
"""How much of a tracestate is sent on; the specification asks for at least as much."""

_MOST_MEMBERS = 32
_LARGE_MEMBER_BYTES = 128
_SAMPLED = 0x01
_VERSION_00_BYTES = 55
_PARENT = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?", re.DOTALL)
_KEY = rb"[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13}"
_VALUE = rb"[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]"
_MEMBER = re.compile(b"(" + _KEY + b")=" + _VALUE)


class Trace(msgspec.Struct, frozen=True):
    """The trace that an exchange belongs to; `state` is what tracing systems in front of us wrote to it."""

    trace_id: str
    is_sampled: bool = True
    state: bytes = b""

    def fields(self, span_id: str) -> Fields:
        """Return the header fields that carry the trace on from this span."""
        flags = _SAMPLED if self.is_sampled else 0
        parent = (TRACEPARENT, f"00-{self.trace_id}-{span_id}-{flags:02x}".encode())
        return (parent, (TRACESTATE, self.state)) if self.state else (parent,)


def read_trace(headers: Mapping[bytes, bytes]) -> Trace | None:
    """Return the trace that a caller names, or None where it names none by the rules."""
    parent = headers.get(TRACEPARENT)
    found = None if parent is None else _read_parent(parent)
    if found is None:
        return None
    trace_id, flags = found
    return Trace(trace_id, bool(flags & _SAMPLED), read_state(headers.get(TRACESTATE, b"")))


def read_state(text: bytes) -> bytes:
    """Return a tracestate as it is sent on, at most `STATE_BYTES`; nothing where it breaks a rule."""
    members = [member for part in text.split(b",") if (member := part.strip(b" \t"))]
    if len(members) > _MOST_MEMBERS:
        return b""
    keys = set()
    for member in members:
        found = _MEMBER.fullmatch(member)
        if found is None or found[1] in keys:
            return b""
        keys.add(found[1])
    return b",".join(_within_bounds(members))


def _read_parent(text: bytes) -> tuple[str, int] | None:
    found = _PARENT.fullmatch(text)
    if found is None or found[1] == b"ff" or not found[2].strip(b"0") or not found[3].strip(b"0"):
        return None
    if found[1] == b"00" and len(text) != _VERSION_00_BYTES:
        return None
    return found[2].decode(), int(found[4], 16)


def _within_bounds(members: Sequence[bytes]) -> list[bytes]:
    """Leave out members of more than 128 bytes first, then those at the end, as the specification says."""
    kept = list(members)
    if _size(kept) > STATE_BYTES:
        kept = [member for member in kept if len(member) <= _LARGE_MEMBER_BYTES]
    while _size(kept) > STATE_BYTES:
        kept.pop()
    return kept


def _size(members: Sequence[bytes]) -> int:
    return sum(map(len, members)) + max(0, len(members) - 1)
