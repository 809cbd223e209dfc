"""What an exchange needed is free when it ends; the garbage collector has nothing to find."""

import gc
from pathlib import Path

import orjson
import pytest

from gateway.cache.asked import Asked
from gateway.cache.flight import Flight
from gateway.edge.running import Visit
from gateway.pipeline.bill import Bill
from gateway.pipeline.exchange_log import ExchangeLog
from gateway.pipeline.heartbeat import Heartbeat
from gateway.pipeline.response_path import ResponsePath
from gateway.redaction.vault import Vault
from gateway.simulator.misbehaviour import Misbehaviour
from gateway.upstreams.attempt import LiveAnswer
from gateway.upstreams.transport import UpstreamCall
from tests.fakes.house import House, PolicyFolder, a_chat, a_house, a_request, listen, until

pytestmark = pytest.mark.slow

PARTS = (
    Asked, Bill, ExchangeLog, Flight, Heartbeat, LiveAnswer, ResponsePath, UpstreamCall, Vault, Visit,
)  # fmt: skip
MISHAPS: tuple[dict[str, object], ...] = (
    {"status": 500},
    {"status": 429},
    {"status": 400},
    {"raw": "no HTTP"},
    {"cut_after": 2, "cut": "reset"},
    {"cut_after": 2},
    {"garbage_after": 2},
    {"error_after": 0},
    {"error_after": 2},
    {"stall_after": 2},
    {"slow_first_token": 60},
    {"hang_up": True},
    {"no_done": True},
)


def parts_alive() -> list[str]:
    """Return what is still held of exchanges."""
    return [type(one).__name__ for one in gc.get_objects() if isinstance(one, PARTS)]


async def a_leaver(house: House, *, stream: bool) -> None:
    """Ask, and leave in the middle of a stream, or while the model is silent."""
    house.simulator.next(Misbehaviour(stall_after=1))
    async with await house.call() as caller:
        caller.say(a_request(a_chat(stream=stream)))
        await until(lambda: house.in_flight == 1)
        if stream:
            await listen(caller)
    await house.until_empty()


@pytest.mark.parametrize("transport", ["http1", "httpx2"])
@pytest.mark.parametrize("stream", [False, True])
async def test_an_exchange_leaves_no_garbage(tmp_path: Path, transport: str, *, stream: bool) -> None:
    """
    Answered or left by its caller: nothing of an exchange waits for the collector.

    A collection looks through everything that lives, and objects that wait
    for it spread those that come after them over more memory.
    """

    def change(policies: PolicyFolder) -> None:
        for upstream in policies.upstreams.values():
            upstream["transport"] = transport

    async with a_house(tmp_path, change) as house:
        await house.chat(stream=stream)
        gc.collect()
        gc.disable()
        try:
            await house.chat(stream=stream)
            await a_leaver(house, stream=stream)
            await house.chat(stream=stream)
            await house.until_empty()
            alive = parts_alive()
        finally:
            gc.enable()

    assert [] == alive


def with_everything(policies: PolicyFolder) -> None:
    """Let a plan keep answers and texts, hide private data and count; and upstreams have little time."""
    policies.plan |= {
        "cache": {"enabled": True},
        "audit": {"level": "full"},
        "limits": {"rules": [{"name": "at-once", "kind": "concurrency", "limit": 50}]},
    }
    policies.hide(profile="baseline")
    policies.model["retries"] = {"attempts": 2}
    for upstream in policies.upstreams.values():
        upstream["timeouts"] = {"first_token_seconds": 0.2, "stall_seconds": 0.2, "total_seconds": 1}


@pytest.mark.parametrize("transport", ["http1", "httpx2"])
@pytest.mark.parametrize("stream", [False, True])
async def test_under_a_plan_with_everything_no_exchange_leaves_garbage(
    tmp_path: Path, transport: str, *, stream: bool
) -> None:
    """
    Answered, left or failed in any way: also what is shared, kept and hidden is free at once.

    While a model server is down each failed exchange would keep its whole request, in a process
    whose collector looks at what is older once in hours.
    """

    def change(policies: PolicyFolder) -> None:
        with_everything(policies)
        for upstream in policies.upstreams.values():
            upstream["transport"] = transport

    async with a_house(tmp_path, change) as house:
        await house.chat("my number is 13812345678", stream=stream)
        gc.collect()
        gc.disable()
        try:
            await house.chat("and now it is 13912345678", stream=stream)
            await house.chat("and now it is 13912345678", stream=stream)
            await a_leaver(house, stream=stream)
            found = []
            for mishap in MISHAPS:
                said = f"13812345678 [[sim:{orjson.dumps(mishap).decode()}]]"
                await house.chat(said, stream=stream)
                await house.until_empty()
                house.gateway._audit.scribe.flush()
                await until(lambda: not house.gateway._tasks._tasks)
                found.append((mishap, parts_alive()))
        finally:
            gc.enable()

    assert [(mishap, []) for mishap in MISHAPS] == found
