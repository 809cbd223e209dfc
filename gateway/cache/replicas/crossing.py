"""How a flight finds out whether another process makes its call already, and goes on from there."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from gateway.cache.bill import Bill
from gateway.cache.flight import Fetch, Flight
from gateway.cache.replicas.beacon import Beacon
from gateway.cache.replicas.board import Board, Callsign
from gateway.cache.replicas.receiver import Adrift, Receiver, listener_at
from gateway.cache.strongbox import TenantBox
from gateway.foundation.clock import Clock
from gateway.wire.frames import FrameSource

# Owners that die one after the other are no reason to wait for ever.
_MOST_OWNERS = 3
_TOKEN_BYTES = 16

Given = Callable[[bytes], FrameSource | None]


@dataclass(frozen=True, slots=True)
class Route:
    """Where a flight is told of, the tenant's keys, the flight's name, and that of an entry that would do."""

    board: Board
    clock: Clock
    box: TenantBox
    flight: bytes
    entry: bytes | None


class Crossing:
    """
    Own the call where nobody does; else listen to whoever does, or take the answer that is kept meanwhile.

    Where nobody knows in time who owns it, the call is made here, untold.
    """

    def __init__(self, route: Route, bill: Bill) -> None:
        self.is_elsewhere = False
        self._route = route
        self._bill = bill
        self._beacon: Beacon | None = None

    async def source(self, fetch: Fetch, flight: Flight, given: Given) -> FrameSource:
        """
        Return where the frames of the flight come from, once they begin.

        `given` returns an entry as a source, or None where it may not be given.
        """
        route = self._route
        token = secrets.token_bytes(_TOKEN_BYTES)
        wanted = route.entry
        for _ in range(_MOST_OWNERS):
            callsign = Callsign(route.box.tag, route.flight, token)
            claim = await route.board.claim(callsign, wanted)
            if claim is None:
                break
            if claim.entry is not None:
                if (kept := given(claim.entry)) is not None:
                    self.is_elsewhere = True
                    return kept
                wanted = None
            elif claim.owner == token:
                self._shine(callsign, flight)
                break
            elif (heard := await self._heard(Callsign(route.box.tag, route.flight, claim.owner))) is not None:
                return heard
        return await fetch()

    def land(self) -> None:
        """Say that the flight is over, if it was told of."""
        if self._beacon is not None:
            self._beacon.land()

    def _shine(self, callsign: Callsign, flight: Flight) -> None:
        box = self._route.box
        self._beacon = Beacon(
            self._route.board,
            callsign,
            flight,
            self._bill,
            lock=lambda number, content: box.lock_piece(callsign.token, number, content),
        )
        self._beacon.begin()

    async def _heard(self, callsign: Callsign) -> FrameSource | None:
        route, box = self._route, self._route.box
        receiver = Receiver(
            route.board,
            callsign,
            listener_at(route.clock.wall()),
            self._bill,
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
