"""The one who knows whether a question was answered before, and keeps the answers."""

from collections.abc import Mapping

from gateway.cache.asked import Shelves, ask
from gateway.cache.directives import read_directives
from gateway.cache.inquiry import NO_CACHE, PRIVATE, Inquiry, Unasked
from gateway.cache.key import Question
from gateway.cache.purge import NoOrders, Orders
from gateway.cache.replicas.board import Board
from gateway.cache.replicas.claims import Claims
from gateway.cache.store import Store
from gateway.cache.strongbox import Strongbox
from gateway.foundation.clock import Clock
from gateway.foundation.keys import NoDataKey
from gateway.foundation.last_tasks import LastTasks


class Librarian:
    """
    Look answers up, share those that are being written, keep those that are whole.

    Whatever fails here, an exchange goes on as if nothing had been found.
    `orders` say what has to be forgotten; `board` is where other processes
    are told of calls, where there are any.
    """

    def __init__(
        self,
        store: Store,
        strongbox: Strongbox,
        clock: Clock,
        *,
        tasks: LastTasks,
        orders: Orders | None = None,
        board: Board | None = None,
    ) -> None:
        self._strongbox = strongbox
        self._shelves = Shelves(
            store, clock, tasks, orders or NoOrders(), None if board is None else Claims(board)
        )

    @property
    def rejected(self) -> int:
        """How many entries were damaged, foreign or locked with another key."""
        return self._shelves.rejected

    @property
    def flying(self) -> int:
        """How many calls are under way that others may join."""
        return len(self._shelves.flights)

    def inquire(self, headers: Mapping[bytes, bytes], question: Question | None) -> Inquiry:
        """Begin to look; never waits. Raises the refusal of a wish that cannot be read."""
        if question is None:
            return NO_CACHE
        directives = read_directives(headers)
        if directives.is_private:
            return PRIVATE
        objection = "placeholders" if question.is_unique else question.terms.objection(question.body)
        if objection is not None:
            return Unasked(objection)
        try:
            box = self._strongbox.of(question.caller.tenant)
        except NoDataKey:
            return Unasked("no-key")
        return ask(self._shelves, question, directives, box)
