"""How a flight finds out whether another process makes its call already, and goes on from there."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from gateway.cache.flight import Fetch, Flight
from gateway.cache.replicas.beacon import Beacon
from gateway.cache.replicas.board import Board, Callsign, Claim
from gateway.cache.replicas.receiver import Adrift, Receiver
from gateway.cache.strongbox import TenantBox
from gateway.foundation.random_pieces import RandomPieces
from gateway.wire.frames import FrameSource

# Owners that die one after the other are no reason to wait for ever.
_MOST_OWNERS = 3
_TOKENS = RandomPieces(16)

Given = Callable[[bytes], FrameSource | None]


@dataclass(frozen=True, slots=True)
class Route:
    """Where a flight is told of, the tenant's keys, the flight's name, and that of an entry that would do."""

    board: Board
    box: TenantBox
    flight: bytes
    entry: bytes | None


@dataclass(frozen=True, slots=True)
class Boarding:
    """A flight that begins, and the call it would make; None where it may make none."""

    flight: Flight
    fetch: Fetch | None


class Crossing:
    """
    Own the call where nobody does; else listen to whoever does, or take the answer that is kept meanwhile.

    Where nobody knows in time who owns it, the call is made here, untold. What
    was learnt by looking for the entry is not asked a second time.
    """

    __slots__ = ("_beacon", "_claim", "_route", "_token", "_wanted", "is_elsewhere")

    def __init__(self, route: Route) -> None:
        self.is_elsewhere = False
        self._route = route
        self._wanted = route.entry
        self._token = _TOKENS.take()
        self._claim: asyncio.Future[Claim | None] | None = None
        self._beacon: Beacon | None = None

    @property
    def is_answered(self) -> bool:
        """Whether nobody waits for the board any more."""
        return self._claim is None or (self._claim.done() and not self._claim.cancelled())

    def begin(self) -> None:
        """Look for the entry, and own the call if there is none and nobody does."""
        self._claim = self._route.board.claim(self._callsign(self._token), self._wanted)

    async def entry(self) -> bytes | None:
        """Return the entry that was looked for, which is not looked for again."""
        if self._claim is None:
            return None
        found = self._claim.result() if self._claim.done() else await self._claim
        if found is None or found.entry is None:
            return None
        self._claim = self._wanted = None
        return found.entry

    async def is_under_way(self) -> bool:
        """Whether another process makes the call now; if nobody does, nobody does afterwards either."""
        if self._claim is None:
            self._wanted = None
            self.begin()
        claim = await self._asked()
        if claim is not None and claim.owner == self._token:
            self.give_up()
            return False
        return claim is not None

    def give_up(self) -> None:
        """Own nothing that was claimed and not made use of; never waits."""
        claim, self._claim = self._claim, None
        if claim is None:
            return
        if not claim.done():
            # It is given up when it arrives.
            claim.cancel()
        elif not claim.cancelled() and (told := claim.result()) is not None and told.owner == self._token:
            self._route.board.release(self._callsign(self._token))

    async def source(self, boarding: Boarding, given: Given) -> FrameSource:
        """
        Return where the frames of the flight come from, once they begin.

        `given` returns an entry as a source, or None where it may not be given.
        Raises `Adrift` where nobody makes the call, and this flight may not.
        """
        fetch = boarding.fetch
        for _ in range(_MOST_OWNERS):
            if self._claim is None:
                self.begin()
            claim = await self._asked()
            if claim is None:
                break
            if claim.entry is not None:
                if (kept := given(claim.entry)) is not None:
                    self.is_elsewhere = True
                    return kept
                self._claim = self._wanted = None
            elif claim.owner == self._token:
                if fetch is None:
                    self.give_up()
                else:
                    self._claim = None
                    self._shine(boarding)
                break
            else:
                self._claim = None
                if (heard := await self._heard(self._callsign(claim.owner))) is not None:
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
        return Callsign(self._route.box.tag, self._route.flight, owner)

    async def _asked(self) -> Claim | None:
        claim = self._claim
        return None if claim is None else claim.result() if claim.done() else await claim

    def _shine(self, boarding: Boarding) -> None:
        box, callsign = self._route.box, self._callsign(self._token)
        self._beacon = Beacon(
            self._route.board,
            callsign,
            boarding.flight,
            lock=lambda number, content: box.lock_piece(callsign.token, number, content),
        )
        self._beacon.begin()

    async def _heard(self, callsign: Callsign) -> FrameSource | None:
        route, box = self._route, self._route.box
        receiver = Receiver(
            route.board,
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
