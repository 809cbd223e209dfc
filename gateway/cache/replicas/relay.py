"""All who listen to a flight in other processes, as one of its followers."""

from collections.abc import Callable, Sequence

from gateway.cache.follower import Follower
from gateway.cache.refusals import SharedAnswerLost
from gateway.cache.replicas.packet import Packet, ending_of, packet_of
from gateway.wire.frames import Frame

# What was sent stays until the end: those who listen elsewhere to a longer answer are let go of.
MOST_SENT_BYTES = 4 * 1024 * 1024
_PIECE_BYTES = 64 * 1024
_TOO_LONG = "The answer became too long to be shared. Send the request again."


class Relay(Follower, kw_only=True):
    """Read for those elsewhere, once somebody is there; `tell` hears when there is something to send."""

    tell: Callable[[], None]
    is_heard: bool = False
    has_said_all: bool = False

    @property
    def has_more(self) -> bool:
        """Whether there is something to send now."""
        flight = self._flight
        return self.is_heard and (self.position < flight.recording.end or flight.is_over)

    @property
    def is_urgent(self) -> bool:
        """Whether there is enough to send, or nothing more to wait for."""
        return self._flight.is_over or self._flight.size_bytes - self.read_bytes >= _PIECE_BYTES

    def attend(self, listeners: Sequence[bytes]) -> None:
        """Listen as long as somebody does elsewhere."""
        if listeners and not self.is_heard:
            self.is_heard = True
            self._flight.admit(self)
        elif not listeners:
            self.rest()

    def rest(self) -> None:
        """Listen no more, until somebody does elsewhere."""
        if self.is_heard:
            self.is_heard = False
            self._flight.leave(self)

    def offer(self, frames: Sequence[Frame]) -> bool:  # noqa: ARG002 - they are read together with others
        """Hear that frames came; they are read a moment later."""
        self.tell()
        return False

    def wake(self) -> None:
        """Hear that the flight is over, or that one is let go of."""
        self.tell()

    def packets(self) -> list[Packet]:
        """Return what there is to send, not too much at once."""
        flight, packets = self._flight, []
        if self.failure is not None or not flight.is_whole or flight.size_bytes > MOST_SENT_BYTES:
            packets.append(ending_of(SharedAnswerLost(_TOO_LONG)))
            self.has_said_all = True
            return packets
        if frames := self._some():
            packets.append(packet_of(frames))
        if flight.is_over and self.position == flight.recording.end:
            packets.append(ending_of(flight.failure))
            self.has_said_all = True
        return packets

    def _some(self) -> list[Frame]:
        frames, size, count = self._flight.recording.since(self.position), 0, 0
        while count < len(frames) and size < _PIECE_BYTES:
            size += len(frames[count].raw)
            count += 1
        self._advance(frames[:count])
        return frames[:count]
