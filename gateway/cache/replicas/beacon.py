"""
The owner's side of a flight that may be listened to elsewhere.

- Every `BEAT_SECONDS` it is told that the owner is still there, and who
  listens is heard; less often the longer nobody does, because most who ask
  the same do so at once. A call that is over sooner costs one word, at its end.
- Only once somebody listens are frames sent, from the first one on. From then
  on those elsewhere are one follower of the flight, like any caller here: the
  call goes on for them alone, and ends when they leave too.
- Nothing of it delays or fails the flight: what cannot be told is not told.
"""

import asyncio
from collections.abc import Callable, Sequence

from gateway.cache.flight import Flight
from gateway.cache.replicas.board import KEEP_SECONDS, LEASE_SECONDS, Board, BoardFailed, Callsign
from gateway.cache.replicas.packet import write_packet
from gateway.cache.replicas.relay import Relay

BEAT_SECONDS, LONGEST_BEAT_SECONDS = 0.3, 1.0
_SLOWER = 1.25
# Frames that come within this time leave together.
FLUSH_SECONDS = 0.03

Lock = Callable[[int, bytes], bytes]


class Beacon:
    """Own a call on the board for as long as its flight, and send its frames where somebody listens."""

    __slots__ = (
        "_beat_seconds", "_board", "_callsign", "_flight", "_heard_at", "_is_beating", "_is_done",
        "_lock", "_loop", "_relay", "_sent", "_timer", "_timer_at", "_waiting",
    )  # fmt: skip

    def __init__(self, board: Board, callsign: Callsign, flight: Flight, *, lock: Lock) -> None:
        self._board = board
        self._callsign = callsign
        self._flight = flight
        self._lock = lock
        self._loop = asyncio.get_running_loop()
        # Made for the first who listens, which for most calls is nobody.
        self._relay: Relay | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self._is_beating = self._is_done = False
        self._heard_at = self._loop.time()
        self._waiting: list[bytes] = []
        self._sent = 0
        self._beat_seconds = BEAT_SECONDS

    def begin(self) -> None:
        """Begin to tell."""
        self._beat_in(BEAT_SECONDS)

    def land(self) -> None:
        """Say that the flight is over, now."""
        if not self._is_beating and not self._is_done:
            self._beat()

    def _hurry(self) -> None:
        if not self._is_beating and not self._is_done:
            self._beat_in(FLUSH_SECONDS)

    def _beat_in(self, seconds: float) -> None:
        at = self._loop.time() + seconds
        if self._timer is not None:
            if self._timer_at <= at:
                return
            self._timer.cancel()
        self._timer, self._timer_at = self._loop.call_later(seconds, self._beat), at

    def _beat(self) -> None:
        self._hush()
        relay = self._relay
        if relay is None or not relay.is_heard:
            is_last = self._flight.is_over
        else:
            if not self._waiting:
                pieces = enumerate(relay.packets(), self._sent)
                self._waiting = [self._lock(number, write_packet(packet)) for number, packet in pieces]
            is_last = relay.has_said_all
        self._is_beating = True
        told = self._board.beat(self._callsign, self._sent, self._waiting, is_last=is_last)
        told.add_done_callback(lambda done: self._told(done, is_last=is_last))

    def _told(self, done: "asyncio.Future[Sequence[bytes] | None]", *, is_last: bool) -> None:
        self._is_beating = False
        try:
            listeners = done.result()
        except BoardFailed:
            # What was to be sent is sent again, as long as somebody may believe that we are there. A word
            # that was on its way may arrive late, and the end has to be told after it.
            patience_seconds = KEEP_SECONDS if is_last else LEASE_SECONDS
            if self._loop.time() - self._heard_at > patience_seconds:
                self._stop()
            else:
                self._beat_in(BEAT_SECONDS)
            return
        self._heard_at = self._loop.time()
        if listeners is None or (is_last and (self._waiting or not listeners)):
            self._stop()
            return
        self._sent += len(self._waiting)
        self._waiting = []
        self._beat_in(self._pause_seconds(listeners))

    def _pause_seconds(self, listeners: Sequence[bytes]) -> float:
        if listeners and self._relay is None:
            self._relay = Relay(self._flight, tell=self._hurry)
        if self._relay is not None:
            self._relay.attend(listeners)
            if self._relay.has_more:
                return 0 if self._relay.is_urgent else FLUSH_SECONDS
        slower = min(LONGEST_BEAT_SECONDS, self._beat_seconds * _SLOWER)
        self._beat_seconds = BEAT_SECONDS if listeners else slower
        return 0 if self._flight.is_over else self._beat_seconds

    def _hush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _stop(self) -> None:
        self._is_done = True
        self._waiting = []
        self._hush()
        if self._relay is not None:
            self._relay.rest()
            # They know each other, and shall not wait for a collector of cycles.
            self._relay = None
