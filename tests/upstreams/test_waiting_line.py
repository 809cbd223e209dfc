"""The line is fair, bounded, and loses nothing that was granted."""

import asyncio

import pytest

from gateway.upstreams.target import Upstream
from gateway.upstreams.transport import ConnectFailed, PoolExhausted
from gateway.upstreams.waiting_line import WaitingLine
from tests.fakes.upstream_calls import an_upstream
from tests.fakes.virtual_time import in_virtual_time, settle_down


def a_line() -> tuple[WaitingLine[str], list[str]]:
    """Return a line, and what was given back to it."""
    given_back: list[str] = []
    return WaitingLine(given_back.append), given_back


def join(line: WaitingLine[str], upstream: Upstream | None = None) -> "asyncio.Task[str]":
    """Let someone wait in the line."""
    return asyncio.get_running_loop().create_task(line.wait(upstream or an_upstream(80)))


@in_virtual_time
async def test_first_come_first_served() -> None:
    """
    Grants go to those who wait longest, and to nobody if nobody waits.
    """
    line, given_back = a_line()
    waiters = [join(line) for _ in range(3)]
    await settle_down()

    granted = [line.grant(thing) for thing in ("a", "b", "c", "d")]
    things = [await waiter for waiter in waiters]

    assert ([True, True, True, False], ["a", "b", "c"], []) == (granted, things, given_back)


@in_virtual_time
async def test_who_left_is_passed_over() -> None:
    """
    A waiter who was cancelled is not in the line any more.
    """
    line, given_back = a_line()
    first, second = join(line), join(line)
    await settle_down()

    first.cancel()
    await settle_down()
    waiting = len(line)
    line.grant("a")

    assert (1, "a", []) == (waiting, await second, given_back)


@in_virtual_time
async def test_a_grant_in_the_moment_of_leaving_is_given_back() -> None:
    """
    Granted and cancelled within one turn of the loop, in either order.
    """
    line, given_back = a_line()
    granted_first, cancelled_first = join(line), join(line)
    await settle_down()

    line.grant("a")
    granted_first.cancel()
    cancelled_first.cancel()
    taken = line.grant("b")
    await settle_down()

    assert ["a"] == given_back
    assert not taken
    assert granted_first.cancelled()
    assert cancelled_first.cancelled()


@in_virtual_time
async def test_the_line_is_no_longer_than_policy_says() -> None:
    """
    A full line turns away at once.
    """
    line, _ = a_line()
    upstream = an_upstream(80, queue=2)
    waiters = [join(line, upstream) for _ in range(2)]
    await settle_down()

    with pytest.raises(PoolExhausted):
        await line.wait(upstream)

    line.send_away(ConnectFailed("closed"))
    await asyncio.gather(*waiters, return_exceptions=True)


@in_virtual_time
async def test_waiting_ends() -> None:
    """
    Each waiter has a deadline of their own.
    """
    line, given_back = a_line()
    loop = asyncio.get_running_loop()
    started = loop.time()

    with pytest.raises(PoolExhausted):
        await line.wait(an_upstream(80, patience={"queue_seconds": 7.0}))

    assert (7.0, 0, []) == (round(loop.time() - started, 3), len(line), given_back)


@in_virtual_time
async def test_everyone_can_be_sent_away() -> None:
    """
    When the transport closes, nobody keeps waiting.
    """
    line, given_back = a_line()
    waiters = [join(line) for _ in range(2)]
    await settle_down()

    line.send_away(ConnectFailed("closed"))
    outcomes = await asyncio.gather(*waiters, return_exceptions=True)

    assert [ConnectFailed, ConnectFailed] == [type(outcome) for outcome in outcomes]
    assert [] == given_back
