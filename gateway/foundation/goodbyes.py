"""
What an HTTP/2 server says of leaving, told when it does no harm (RFC 9113 6.8).

A server that restarts, or has answered enough on one connection, says GOAWAY
without an error and goes on with the answers under way. httpcore2 breaks
these off (seen in 2.16). With one call at a time on a connection, it may hear
of it once the answer has ended, or with the end of the connection.
"""

_HEAD_BYTES = 9
_DATA, _HEADERS, _RST_STREAM, _GOAWAY = 0, 1, 3, 7
_END_STREAM, _END_HEADERS = 0x1, 0x4
# No frame may be longer, unless it was agreed on.
_LONGEST_BYTES = 16_384


class Goodbyes:
    """Let the frames of a server pass, however they were cut, but for a polite goodbye."""

    __slots__ = ("_answer_is_ending", "_held", "_kept", "_left", "is_due")

    def __init__(self) -> None:
        self.is_due = False
        self._held = b""
        self._kept = b""
        self._left = 0
        self._answer_is_ending = False

    def feed(self, data: bytes) -> bytes:
        """Return what passes now, perhaps nothing."""
        data, self._kept = self._kept + data, b""
        passed: list[bytes] = []
        place = 0
        while place < len(data):
            if self._left:
                piece = data[place : place + self._left]
                passed.append(piece)
                place += len(piece)
                self._move_on(len(piece))
                continue
            size = self._begin(data[place : place + _HEAD_BYTES])
            if size is None or len(data) < place + size:
                # Half a head, or half a goodbye.
                self._kept = data[place:]
                break
            if size:
                self._hold(data[place : place + size], passed)
                place += size
        return b"".join(passed)

    def told(self) -> bytes:
        """Return what was held back, at the end of an answer or of the connection."""
        held, self._held, self._kept = self._held + self._kept, b"", b""
        self.is_due = False
        return held

    def _begin(self, head: bytes) -> int | None:
        """Return the size of a goodbye that begins here, 0 for any other frame, None for half a head."""
        if len(head) < _HEAD_BYTES:
            return None
        size, kind, flags = int.from_bytes(head[:3]), head[3], head[4]
        if kind == _GOAWAY and 8 <= size <= _LONGEST_BYTES:
            return _HEAD_BYTES + size
        self._left = _HEAD_BYTES + size
        self._answer_is_ending = (
            kind == _RST_STREAM
            or (kind == _DATA and bool(flags & _END_STREAM))
            or (kind == _HEADERS and flags & (_END_STREAM | _END_HEADERS) == _END_STREAM | _END_HEADERS)
        )
        return 0

    def _move_on(self, size: int) -> None:
        self._left -= size
        if not self._left and self._answer_is_ending:
            self.is_due = bool(self._held)

    def _hold(self, goodbye: bytes, passed: list[bytes]) -> None:
        if any(goodbye[_HEAD_BYTES + 4 : _HEAD_BYTES + 8]):
            # It says why, and that is an error: nothing more will come.
            passed.append(goodbye)
        else:
            self._held = goodbye
