"""Settlements on their way to Redis."""

import asyncio
from typing import Any

import pytest

from gateway.foundation.redis_link.call import Call, Script
from gateway.foundation.redis_link.failures import RedisDown, RedisFailure, RedisRefused
from gateway.limits.ledger import RECORD_MS
from gateway.limits.settlements import Settlements
from gateway.vocabulary.notice import Notice
from tests.fakes.virtual_time import in_virtual_time

_SCRIPT = Script("return 1")
_FORBIDDEN = RedisRefused("NOPERM this user may not")


class Counter:
    """A Redis that answers each settlement with what it is told to: None takes it."""

    def __init__(self) -> None:
        self.failure: RedisFailure | None = None
        self.tries = 0
        self.told: list[Notice] = []
        self.settlements = Settlements(self._take, self.told.append)

    def send(self, *names: str) -> None:
        """Settle these."""
        for name in names:
            self.settlements.send((b"EVALSHA", _SCRIPT.sha, 0, name), 0, _SCRIPT)

    def _take(self, call: Call) -> None:
        self.tries += 1
        if self.failure is None:
            call.arrived(1)
        else:
            call.failed(self.failure)


def _facts(told: list[Notice]) -> list[tuple[Any, Any]]:
    return [(notice.facts["waiting"], notice.facts["given_up"]) for notice in told]


@in_virtual_time
async def test_what_redis_refuses_is_sent_again_ever_more_rarely() -> None:
    """
    In an hour a few hundred times, not seven thousand; and told once.
    """
    redis = Counter()
    redis.failure = _FORBIDDEN
    redis.send("a", "b")

    await asyncio.sleep(3600)

    assert 2 * 350 < redis.tries < 2 * 370
    assert [(1, 0)] == _facts(redis.told)
    assert "NOPERM this user may not" == redis.told[0].facts["reason"]


@in_virtual_time
async def test_once_redis_takes_one_it_is_sent_all_of_them() -> None:
    """
    Soon, without a word from its link; the next refusal is told anew.
    """
    redis = Counter()
    redis.failure = _FORBIDDEN
    redis.send("a", "b")
    await asyncio.sleep(3600)
    redis.failure = None
    redis.send("c")
    await asyncio.sleep(0.6)
    waiting = redis.settlements.kept
    redis.failure = _FORBIDDEN
    redis.send("d")

    assert (0, 2) == (waiting, len(redis.told))
    await redis.settlements.close(0)


@in_virtual_time
async def test_what_can_change_nothing_any_more_is_given_up() -> None:
    """
    Redis has forgotten the reservation by then.
    """
    redis = Counter()
    redis.failure = _FORBIDDEN
    redis.send("a")

    await asyncio.sleep(RECORD_MS / 1000 + 20)

    assert (0, 1) == (redis.settlements.kept, redis.settlements.lost)
    assert [(1, 0), (0, 1)] == _facts(redis.told)


@in_virtual_time
async def test_an_outage_is_told_by_others() -> None:
    """
    The link says that Redis is away, and that it is back.
    """
    redis = Counter()
    redis.failure = RedisDown("away")
    redis.send("a")
    await asyncio.sleep(60)
    redis.failure = None
    redis.settlements.resend()

    assert (0, 0, []) == (redis.settlements.kept, redis.settlements.lost, redis.told)


@pytest.mark.parametrize("seconds", [0, 1])
@in_virtual_time
async def test_at_the_end_the_rest_is_given_up(seconds: int) -> None:
    """
    After so many seconds.
    """
    redis = Counter()
    redis.failure = RedisDown("away")
    redis.send("a", "b")

    await redis.settlements.close(seconds)

    assert 2 == redis.settlements.lost
