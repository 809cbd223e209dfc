"""The ledgers of one process: in Redis where there is one, else in memory, and a local one beside it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from gateway.foundation.clock import Clock
from gateway.foundation.last_tasks import LastTasks, cancel_all
from gateway.foundation.redis_link.address import RedisAddress
from gateway.foundation.redis_link.dialling import Dialler
from gateway.foundation.redis_link.failures import RedisFailure, UnfitRedis
from gateway.foundation.redis_link.link import RedisLink
from gateway.foundation.redis_link.news import LinkNews
from gateway.limits.decisions import Decisions
from gateway.limits.ledger import Ledger
from gateway.limits.limiter import Limiter
from gateway.limits.memory_ledger import MemoryLedger
from gateway.limits.redis_ledger import RedisLedger
from gateway.vocabulary.notice import Notice

_CLOSING_SECONDS = 2.0


class Ledgers:
    """
    What limits are counted in.

    `main` is the one that counts; `local` takes its place where a plan says
    so. `tell` hears when Redis goes and when it is back; `name_of` says under
    which name a tenant is counted for the operator.
    """

    def __init__(
        self, clock: Clock, tell: Callable[[Notice], None], name_of: Callable[[str], str] = str
    ) -> None:
        self._now_ms: Callable[[], int] = lambda: int(clock.wall() * 1000)
        self._clock = clock
        self.decisions = Decisions(clock, tell, name_of)
        self.local = MemoryLedger(self._now_ms)
        self.main: Ledger = self.local
        self._shared: RedisLedger | None = None
        self._link: RedisLink | None = None
        self._waiting: RedisLink | None = None
        self._reaching: asyncio.Task[None] | None = None
        self._tell = tell
        self._news = LinkNews("limits", tell)

    @property
    def unsettled(self) -> int:
        """How many settlements wait for Redis to come back, or were given up."""
        return 0 if self._shared is None else self._shared.kept + self._shared.lost

    def limiter(self) -> Limiter:
        """Return the one who decides with these ledgers."""
        return Limiter(self.main, self.local, self._clock, self.decisions)

    async def open(self, address: RedisAddress, ca_file: Path | None, tasks: LastTasks) -> None:
        """
        Count in Redis from now on.

        A Redis that is away does not keep the gateway from starting; one that
        must not be used does, by `UnfitRedis`.
        """
        self._link = RedisLink(Dialler(address, ca_file), tasks, on_state=self._hear)
        self._waiting = RedisLink(Dialler(address, ca_file), tasks)
        self._shared = RedisLedger(self._link, self._now_ms, waiting=self._waiting, tell=self._tell)
        self.main = self._shared
        try:
            await self._link.open()
        except UnfitRedis:
            await self._link.close()
            raise
        except RedisFailure as failure:
            self._hear(failure)
        self._reaching = tasks.start(_reach(self._waiting))

    async def close(self) -> None:
        """Let the last settlements arrive, and let go of Redis."""
        if self._shared is not None and self._link is not None:
            # A Redis that is away at the end is not waited for.
            await self._shared.close(0 if self._news.is_bad else _CLOSING_SECONDS)
            await self._link.close()
        if self._waiting is not None and self._reaching is not None:
            # One that is still on its way would open what was closed.
            await cancel_all([self._reaching])
            await self._waiting.close()

    def _hear(self, failure: RedisFailure | None) -> None:
        self._news(failure)
        if failure is None and self._shared is not None:
            self._shared.resend()


async def _reach(link: RedisLink) -> None:
    with suppress(RedisFailure):
        # The other link tells of it, and this one goes on trying.
        await link.open()
