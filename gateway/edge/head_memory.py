"""Request heads that are like the one before, as those of one client mostly are."""

import re

from msgspec.structs import replace

from gateway.edge.door_limits import DoorLimits
from gateway.edge.request_head import RequestHead, parse_head

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*\r\n", re.IGNORECASE)
_LENGTH_NAME = b"content-length"
# A head is kept as long as its connection; of a larger one that would cost too much.
_REMEMBERED_BYTES = 4096


class HeadMemory:
    """
    Parse the heads of one connection, and one that is known only once.

    A client repeats its head with every request, but for the length of the
    body. What is equal byte for byte in front of that number and behind it was
    judged before, and so was the number's being there exactly once.
    """

    __slots__ = ("_after", "_before", "_digits", "_head", "_length_at", "_limits")

    def __init__(self, limits: DoorLimits) -> None:
        self._limits = limits
        self._head: RequestHead | None = None
        self._before = self._digits = self._after = b""
        self._length_at = 0

    def parse(self, raw: bytes) -> RequestHead:
        """Return what `parse_head` returns for this whole head; raise `HeadRefused`."""
        known = self._head
        if known is not None and raw.startswith(self._before) and raw.endswith(self._after):
            digits = raw[len(self._before) : len(raw) - len(self._after)]
            if digits == self._digits:
                return known
            if digits.isdigit() and len(digits) <= 15 and len(raw) <= self._limits.head_bytes:
                return self._with_length(known, digits)
        head = parse_head(raw, self._limits)
        self._remember(raw, head)
        return head

    def _remember(self, raw: bytes, head: RequestHead) -> None:
        found = _LENGTH.search(raw) if len(raw) <= _REMEMBERED_BYTES else None
        if found is None:
            self._head = None
            return
        self._head = head
        self._before, self._digits, self._after = raw[: found.start(1)], found[1], raw[found.end(1) :]
        self._length_at = head.fields.index((_LENGTH_NAME, found[1]))

    def _with_length(self, head: RequestHead, digits: bytes) -> RequestHead:
        fields = head.fields.copy()
        fields[self._length_at] = (_LENGTH_NAME, digits)
        named = {**head.named, _LENGTH_NAME: digits}
        return replace(head, fields=fields, named=named, content_length=int(digits))
