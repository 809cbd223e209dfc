"""The claims that exchanges of this process made with their look, and that no flight has used yet."""

from gateway.cache.replicas.board import Board
from gateway.cache.replicas.crossing import Crossing, Route
from gateway.cache.strongbox import TenantBox

Key = tuple[str, bytes]


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
        self._waiting: dict[Key, Crossing] = {}

    def look(self, key: Key, box: TenantBox, entry: bytes) -> Crossing | None:
        """Begin to look, and claim the flight where nothing is; None where another one here does already."""
        if key in self._waiting:
            return None
        crossing = self._waiting[key] = self.crossing(key, box, entry)
        crossing.begin()
        return crossing

    def take(self, key: Key) -> Crossing | None:
        """Return a claim that waits, for the flight that begins now."""
        waiting = self._waiting.get(key)
        if waiting is None or not waiting.is_answered:
            return None
        del self._waiting[key]
        return waiting

    def drop(self, key: Key, crossing: Crossing) -> None:
        """Give up a claim, unless it was taken."""
        if self._waiting.get(key) is crossing:
            del self._waiting[key]
            crossing.give_up()

    def crossing(self, key: Key, box: TenantBox, entry: bytes | None) -> Crossing:
        """Return a way to other processes on which nothing was claimed yet."""
        return Crossing(Route(self._board, box, key[1], entry))
