"""What the owner of a flight sends to those who listen elsewhere, one piece of the answer after the other."""

from collections.abc import Sequence

import msgspec

from gateway.cache.entry import Kept, NotAnEntry, expand, kept, sound, squeeze
from gateway.cache.flight import LOST
from gateway.cache.refusals import SharedAnswerLost
from gateway.vocabulary.refusal import Blame, Refusal
from gateway.wire.frames import Frame


class Failure(msgspec.Struct, frozen=True, array_like=True):
    """A refusal, as one process tells it to another."""

    status: int
    code: str
    kind: str
    blame: Blame
    message: str
    param: str | None = None
    retry_after: float | None = None
    should_retry: bool | None = None

    @property
    def is_loss(self) -> bool:
        """Whether the owner does not go on, though the call itself may have been good."""
        return self.code == SharedAnswerLost.code

    def refusal(self) -> Refusal:
        """Return what the callers here are told."""
        if self.is_loss:
            return SharedAnswerLost(self.message)
        told = Refusal(self.message, param=self.param, retry_after=self.retry_after)
        told.status, told.code, told.kind = self.status, self.code, self.kind
        told.blame, told.should_retry = self.blame, self.should_retry
        return told


class Packet(msgspec.Struct, frozen=True, array_like=True):
    """Some frames, or the end of the answer, with why it broke if it did."""

    content: Kept | None = None
    is_end: bool = False
    failure: Failure | None = None

    @property
    def frames(self) -> list[Frame]:
        """The frames as they were."""
        return [] if self.content is None else self.content.frames()


_DECODER = msgspec.msgpack.Decoder(Packet)


def packet_of(frames: Sequence[Frame]) -> Packet:
    """Return frames as they are sent, at least one."""
    return Packet(kept(frames))


def ending_of(failure: Exception | None) -> Packet:
    """Return what says that nothing more comes, and why: a fault of ours is an answer that is lost."""
    if failure is None:
        return Packet(is_end=True)
    told = failure if isinstance(failure, Refusal) else SharedAnswerLost(LOST)
    said = Failure(
        told.status, told.code, told.kind, told.blame,
        told.message, told.param, told.retry_after, told.should_retry,
    )  # fmt: skip
    return Packet(is_end=True, failure=said)


def write_packet(packet: Packet) -> bytes:
    """Return a packet as bytes, compressed where that is worth it."""
    return squeeze(msgspec.msgpack.encode(packet))


def read_packet(data: bytes) -> Packet:
    """Return the packet that was written; raise `NotAnEntry`."""
    try:
        packet = _DECODER.decode(expand(data))
    except msgspec.MsgspecError as error:
        raise NotAnEntry("it cannot be unpacked") from error
    if packet.content is not None:
        sound(packet.content)
    return packet
