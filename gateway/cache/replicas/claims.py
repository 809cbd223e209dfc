"""The claims that exchanges of this process made with their look, and that no flight has used yet."""

import asyncio

from gateway.cache.replicas.board import Board, Callsign, Found
from gateway.cache.replicas.crossing import Crossing, Held, new_token
from gateway.cache.strongbox import TenantBox

Key = tuple[str, bytes]
Look = asyncio.Future[Found]


class Claims:
    """
    Look and claim in one step, one exchange for all of this process.

    A claim is not its exchange's: whoever begins the flight takes it, so that
    nobody here waits for a call that another one here was about to make. What
    nobody has taken is given up with its exchange.
    """

    __slots__ = ("_board", "_waiting")

    def __init__(self, board: Board) -> None:
        self._board = board
        self._waiting: dict[Key, Held] = {}

    def look(self, key: Key, box: TenantBox, entry: bytes) -> Look | None:
        """Begin to look, and claim the flight where nothing is; None where another one here does already."""
        if key in self._waiting:
            return None
        token = new_token()
        look = self._board.claim(Callsign(box.tag, key[1], token), entry)
        self._waiting[key] = (token, look)
        return look

    def way(self, key: Key, box: TenantBox, entry: bytes | None) -> Crossing:
        """Return the way of a flight that begins now, with what was learnt by a look of anybody here."""
        held = self._waiting.get(key)
        if held is not None and held[1].done() and not held[1].cancelled():
            del self._waiting[key]
        else:
            held = None
        return Crossing(self._board, box, key[1], entry, held)

    def drop(self, key: Key, box: TenantBox, look: Look) -> None:
        """Give up what was claimed with this look, unless a flight has taken it."""
        held = self._waiting.get(key)
        if held is not None and held[1] is look:
            del self._waiting[key]
            if look.done() and not look.cancelled() and isinstance(look.result(), bytes):
                return
            Crossing(self._board, box, key[1], None, held).give_up()
