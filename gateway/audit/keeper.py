"""A stage that keeps what passes."""

from collections.abc import Sequence

from gateway.wire.frames import Frame

MOST_BYTES = 4 * 1024 * 1024


class Keeper:
    """
    Keep the bytes of an answer and let every frame go on as it is.

    Beyond a bound the rest is not kept, and `is_cut` says so.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._pieces: list[bytes] = []
        self.size = 0
        self.is_cut = False

    @property
    def kept(self) -> bytes:
        """What passed, as far as it was kept."""
        return b"".join(self._pieces)

    def feed(self, frame: Frame) -> Sequence[Frame]:
        """Keep one frame."""
        room = self._most_bytes - self.size
        if len(frame.raw) > room:
            self.is_cut = True
        if room > 0:
            self._pieces.append(frame.raw[:room])
            self.size += min(room, len(frame.raw))
        return (frame,)

    def finish(self) -> Sequence[Frame]:
        """Nothing was held back."""
        return ()
