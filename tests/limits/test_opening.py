"""The ledgers of one process."""

from pathlib import Path

import pytest

from gateway.foundation.clock import FakeClock
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.redis_link.address import parse_address
from gateway.foundation.redis_link.failures import UnfitRedis
from gateway.limits.memory_ledger import MemoryLedger
from gateway.limits.opening import Ledgers
from gateway.limits.redis_ledger import RedisLedger
from gateway.vocabulary.notice import Notice
from tests.fakes.ledgers import a_hold, a_sheet, requests
from tests.fakes.redis_server import RedisServer


class Opened:
    """Ledgers, and what they told."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self.faults: list[BaseException] = []
        self.tasks = LastTasks(self.faults.append)
        self.ledgers = Ledgers(FakeClock(), self.notices.append)

    async def open(self, url: str) -> "Opened":
        """Open them."""
        await self.ledgers.open(parse_address(url), None, self.tasks)
        return self


async def test_without_redis_everything_is_in_memory() -> None:
    """
    And there is nothing to close.
    """
    ledgers = Opened().ledgers
    await ledgers.close()

    assert (MemoryLedger, 0) == (type(ledgers.main), ledgers.unsettled)


async def test_with_redis_limits_are_counted_there(redis_server: RedisServer) -> None:
    """
    What is settled last arrives before the gateway is gone.
    """
    one, two = await Opened().open(redis_server.url), await Opened().open(redis_server.url)
    sheet = a_sheet(requests(5))
    hold = a_hold("a", sheet, 1)
    await one.ledgers.main.reserve(hold)
    one.ledgers.main.settle(hold, (0,))
    await one.ledgers.close()

    left = [standing.left for standing in (await two.ledgers.main.look(sheet)).standings]
    await two.ledgers.close()

    assert (RedisLedger, [5], 0) == (type(one.ledgers.main), left, one.ledgers.unsettled)


async def test_a_redis_that_is_away_does_not_keep_the_gateway_from_starting(tmp_path: Path) -> None:
    """
    It is told, once.
    """
    opened = await Opened().open(RedisServer(tmp_path).url)
    await opened.ledgers.close()
    await opened.tasks.finish(0)

    assert ["redis.lost"] == [notice.kind for notice in opened.notices]


async def test_a_redis_that_forgets_does(redis_server: RedisServer) -> None:
    """
    The operator is told what to set.
    """
    redis_server.ask("CONFIG", "SET", "maxmemory-policy", "volatile-lru")
    opened = Opened()
    try:
        with pytest.raises(UnfitRedis, match="noeviction"):
            await opened.open(redis_server.url)
    finally:
        redis_server.ask("CONFIG", "SET", "maxmemory-policy", "noeviction")
        await opened.tasks.finish(0)
