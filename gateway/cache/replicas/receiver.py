"""The frames of a call that another process makes: a source for a flight here."""

import asyncio
from collections.abc import Callable

from gateway.cache.entry import NotAnEntry
from gateway.cache.flight import LOST
from gateway.cache.refusals import SharedAnswerLost
from gateway.cache.replicas.board import Board, BoardFailed, Callsign
from gateway.cache.replicas.packet import Packet, read_packet
from gateway.wire.frames import FrameSink

# Between two looks: the longer nothing came, the longer.
POLL_SECONDS, LONGEST_POLL_SECONDS = 0.03, 0.25
_SHARE_OF_SILENCE = 8
# So long a board may be away before those who were served are told.
PATIENCE_SECONDS = 2.0

Unlock = Callable[[int, bytes], bytes]


class Adrift(Exception):
    """Whoever owned the call is gone, or cannot be heard any more."""


class Receiver:
    """
    Listen to the owner, and hand on what is heard.

    It hears more than its sink can take, because a flight keeps all of what
    may be sent; what comes is bounded by what its owner sends.
    """

    def __init__(self, board: Board, callsign: Callsign, listener: bytes, *, unlock: Unlock) -> None:
        self._board = board
        self._callsign = callsign
        self._listener = listener
        self._unlock = unlock
        self._position = 0
        self._heard: list[Packet] = []
        self._heard_at = self._moved_at = asyncio.get_running_loop().time()
        self._is_open = True

    async def begun(self) -> None:
        """Return once there is something of the answer; raise `Adrift`, or why there never will be any."""
        while not self._heard:
            self._heard = await self._listen()
        if any(packet.failure is not None and packet.failure.is_loss for packet in self._heard):
            # Nobody has been given anything of it yet.
            raise Adrift
        if (failure := self._heard[0].failure) is not None:
            raise failure.refusal()

    async def pour(self, sink: FrameSink) -> None:
        """Hand every frame to the sink; see `FrameSource.pour`."""
        while True:
            for packet in self._heard:
                if frames := packet.frames:
                    sink.take(frames)
                if packet.failure is not None:
                    raise packet.failure.refusal()
                if packet.is_end:
                    return
            try:
                self._heard = await self._listen()
            except Adrift:
                raise SharedAnswerLost(LOST) from None

    def close(self) -> None:
        """Listen no more; never waits, may be repeated."""
        if self._is_open:
            self._is_open = False
            self._board.leave(self._callsign, self._listener)

    async def _listen(self) -> list[Packet]:
        """Return what comes next, at least one packet; raise `Adrift`."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                heard = await self._board.listen(self._callsign, self._listener, self._position)
            except BoardFailed:
                # Who has got nothing yet is better served by a call of their own.
                if not self._position or loop.time() - self._heard_at > PATIENCE_SECONDS:
                    raise Adrift from None
            else:
                self._heard_at = loop.time()
                if heard.pieces:
                    self._moved_at = loop.time()
                    return [self._opened(piece) for piece in heard.pieces]
                if not heard.is_owned:
                    raise Adrift
            pause_seconds = max(POLL_SECONDS, (loop.time() - self._moved_at) / _SHARE_OF_SILENCE)
            await asyncio.sleep(min(LONGEST_POLL_SECONDS, pause_seconds))

    def _opened(self, piece: bytes) -> Packet:
        try:
            packet = read_packet(self._unlock(self._position, piece))
        except NotAnEntry:
            raise Adrift from None
        self._position += 1
        return packet
