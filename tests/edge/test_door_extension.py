"""Word of a leaving caller reaches each listener once."""

import asyncio

import pytest

from gateway.edge.door_extension import EXTENSION, find_door
from gateway.edge.request_body import BodyIncomplete
from tests.fakes.still_exchange import an_exchange


def test_everyone_is_told_once() -> None:
    """
    Two listeners, a second leaving and a late close: each hears it one time.
    """
    told: list[str] = []
    exchange = an_exchange()
    exchange.on_gone(lambda: told.append("first"))
    exchange.on_gone(lambda: told.append("second"))

    exchange.leave()
    exchange.leave()
    exchange.close()

    assert ["first", "second"] == told


async def test_leaving_fails_the_body_and_the_reply() -> None:
    """
    When a listener is told, body and reply already know.
    """
    exchange = an_exchange()
    seen: list[tuple[bool, bool, bool]] = []
    exchange.on_gone(lambda: seen.append((exchange.is_gone, exchange.reply.is_gone, exchange.is_over)))

    exchange.leave()

    assert [(True, True, True)] == seen
    with pytest.raises(BodyIncomplete):
        await exchange.body.read(10)


def test_after_the_end_nobody_is_told() -> None:
    """
    Neither those who asked before the end nor those who ask after it.
    """
    told: list[str] = []
    exchange = an_exchange()
    exchange.on_gone(lambda: told.append("before"))

    exchange.close()
    exchange.on_gone(lambda: told.append("after"))

    assert [] == told


async def test_a_cancelled_watcher_leaves_the_others_waiting() -> None:
    """
    Everyone who waits for the end of the exchange does so alone.
    """
    exchange = an_exchange()
    first, second = (asyncio.ensure_future(exchange.wait_until_over()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    was_waiting = not second.done()

    exchange.close()
    await second

    assert was_waiting
    assert first.cancelled()


def test_the_extension_is_found_only_where_it_is() -> None:
    """
    Another server's scope, or another's thing under the same name, is none.
    """
    exchange = an_exchange()

    assert exchange is find_door({"extensions": {EXTENSION: exchange}})
    assert find_door({}) is None
    assert find_door({"extensions": {}}) is None
    assert find_door({"extensions": {EXTENSION: "something"}}) is None
