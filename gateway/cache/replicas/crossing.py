"""How a flight finds out whether another process makes its call already, and goes on from there."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from gateway.cache.flight import Fetch, Flight
from gateway.cache.replicas.beacon import Beacon
from gateway.cache.replicas.board import Board, Callsign, Claim, Found
from gateway.cache.replicas.receiver import Adrift, Receiver
from gateway.cache.strongbox import TenantBox
from gateway.foundation.random_pieces import RandomPieces
from gateway.wire.frames import FrameSource

# Owners that die one after the other are no reason to wait for ever.
_MOST_OWNERS = 3
_TOKENS = RandomPieces(16)

Given = Callable[[bytes], FrameSource | None]
# A token, and what became of the claim that was made with it.
Held = tuple[bytes, asyncio.Future[Found]]


@dataclass(frozen=True, slots=True)
class Boarding:
    """A flight that begins, and the call it would make; None where it may make none."""

    flight: Flight
    fetch: Fetch | None


def new_token() -> bytes:
    """Return what nobody else names themselves by."""
    return _TOKENS.take()


class Crossing:
    """
    Own the call where nobody does; else listen to whoever does, or take the answer that is kept meanwhile.

    Where nobody knows in time who owns it, the call is made here, untold. What
    is `held` was learnt by a look, and is not asked a second time.
    """

    __slots__ = ("_beacon", "_board", "_box", "_claim", "_name", "_token", "_wanted", "is_elsewhere")

    def __init__(
        self, board: Board, box: TenantBox, name: bytes, entry: bytes | None, held: Held | None
    ) -> None:
        """Begin nothing yet; `name` is the flight's, `entry` that of an entry that would do."""
        self.is_elsewhere = False
        self._board = board
        self._box = box
        self._name = name
        self._wanted = entry
        self._token: bytes
        self._claim: asyncio.Future[Found] | None
        self._token, self._claim = held or (new_token(), None)
        self._beacon: Beacon | None = None

    async def is_under_way(self) -> bool:
        """Whether another process makes the call now; if nobody does, nobody does afterwards either."""
        self._wanted = None
        found = await self._found()
        if isinstance(found, Claim) and found.owner == self._token:
            self.give_up()
            return False
        return isinstance(found, Claim)

    def give_up(self) -> None:
        """Own nothing that was claimed and not made use of; never waits."""
        claim, self._claim = self._claim, None
        if claim is None or claim.cancelled():
            return
        if not claim.done():
            # It is given up when it arrives.
            claim.cancel()
            return
        found = claim.result()
        if isinstance(found, Claim) and found.owner == self._token:
            self._board.release(self._callsign(self._token))

    async def source(self, boarding: Boarding, given: Given) -> FrameSource:
        """
        Return where the frames of the flight come from, once they begin.

        `given` returns an entry as a source, or None where it may not be given.
        Raises `Adrift` where nobody makes the call, and this flight may not.
        """
        fetch = boarding.fetch
        for _ in range(_MOST_OWNERS):
            found = await self._found()
            if found is None:
                break
            if not isinstance(found, Claim):
                if (kept := given(found)) is not None:
                    self.is_elsewhere = True
                    return kept
                self._claim = self._wanted = None
            elif found.owner == self._token:
                if fetch is None:
                    self.give_up()
                else:
                    self._shine(boarding)
                break
            else:
                self._claim = None
                if (heard := await self._heard(self._callsign(found.owner))) is not None:
                    return heard
        if fetch is None:
            raise Adrift
        return await fetch()

    def land(self) -> None:
        """Say that the flight is over, if it was told of."""
        if self._beacon is None:
            self.give_up()
        else:
            self._beacon.land()

    def _callsign(self, owner: bytes) -> Callsign:
        return Callsign(self._box.tag, self._name, owner)

    async def _found(self) -> Found:
        if self._claim is None:
            self._claim = self._board.claim(self._callsign(self._token), self._wanted)
        return self._claim.result() if self._claim.done() else await self._claim

    def _shine(self, boarding: Boarding) -> None:
        # From now on it is the beacon's.
        self._claim = None
        box, callsign = self._box, self._callsign(self._token)
        self._beacon = Beacon(
            self._board,
            callsign,
            boarding.flight,
            lock=lambda number, content: box.lock_piece(callsign.token, number, content),
        )
        self._beacon.begin()

    async def _heard(self, callsign: Callsign) -> FrameSource | None:
        box = self._box
        receiver = Receiver(
            self._board,
            callsign,
            _TOKENS.take(),
            unlock=lambda number, piece: box.open_piece(callsign.token, number, piece),
        )
        self.is_elsewhere = True
        try:
            await receiver.begun()
        except Adrift:
            receiver.close()
            self.is_elsewhere = False
            return None
        except BaseException:
            receiver.close()
            raise
        return receiver
