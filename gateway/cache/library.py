"""Everything of the cache that one process has, put together."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gateway.cache.librarian import Librarian
from gateway.cache.memory_store import MemoryStore
from gateway.cache.purge import KIND
from gateway.cache.purges import Purges
from gateway.cache.redis_store import RedisStore
from gateway.cache.replicas.board import Board
from gateway.cache.replicas.redis_board import RedisBoard
from gateway.cache.store import Store
from gateway.cache.strongbox import Keys, Strongbox
from gateway.cache.thoughts import ThoughtKeeper
from gateway.foundation.clock import Clock
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.redis_link.address import RedisAddress
from gateway.foundation.redis_link.dialling import Dialler
from gateway.foundation.redis_link.failures import RedisFailure
from gateway.foundation.redis_link.link import RedisLink
from gateway.foundation.redis_link.news import LinkNews
from gateway.foundation.state_follower import StateFollower
from gateway.vocabulary.notice import Notice

# Longer than anyone waits for a look: a big answer on its way is no reason to cut the connection.
_LANE_SECONDS = 1.0
_MOST_WAITING = 4096


@dataclass(frozen=True, slots=True)
class Place:
    """Where answers are kept: in a Redis, which may evict them, or in so many bytes of memory."""

    redis: RedisAddress | None
    ca_file: Path | None
    memory_bytes: int


class Library:
    """The store, those who look things up in it, and the orders to forget."""

    def __init__(
        self, place: Place, keys: Keys, clock: Clock, *, tasks: LastTasks, tell: Callable[[Notice], None]
    ) -> None:
        self._tasks = tasks
        self._tell = tell
        self._link = self._linked(place)
        store, board = _furnished(self._link, clock, place)
        strongbox = Strongbox(keys)
        self.store = store
        self.purges = Purges(strongbox, store, clock, tasks=tasks, tell=tell)
        self.librarian = Librarian(store, strongbox, clock, tasks=tasks, orders=self.purges, board=board)
        self.thoughts = ThoughtKeeper(store, strongbox, clock, orders=self.purges)

    @property
    def rejected(self) -> int:
        """How many entries were damaged, foreign or locked with another key."""
        return self.librarian.rejected + self.thoughts.rejected

    def open(self, follower: StateFollower) -> None:
        """Follow orders to forget, and begin to connect; nobody waits, because the cache may be away."""
        follower.follow(KIND, self.purges)
        if self._link is not None:
            self._tasks.start(_reach(self._link))

    async def close(self) -> None:
        """Let go of Redis."""
        if self._link is not None:
            await self._link.close()

    def _linked(self, place: Place) -> RedisLink | None:
        if place.redis is None:
            return None
        dialler = Dialler(place.redis, place.ca_file, must_keep=False)
        return RedisLink(
            dialler,
            self._tasks,
            deadline_seconds=_LANE_SECONDS,
            most_waiting=_MOST_WAITING,
            on_state=LinkNews("cache", self._tell),
        )


def _furnished(link: RedisLink | None, clock: Clock, place: Place) -> tuple[Store, Board | None]:
    if link is None:
        return MemoryStore(clock, place.memory_bytes), None
    store = RedisStore(link, clock)
    return store, RedisBoard(link, store.patience)


async def _reach(link: RedisLink) -> None:
    with suppress(RedisFailure):
        # Told by `on_state`; the link goes on trying.
        await link.open()
