"""Facts about what is remembered, and waiting for it."""

import asyncio

import pytest

from gateway.simulator.records import Records, SimulatedEnding, SimulatedExchange

_LEFT, _FINISHED = SimulatedEnding.CALLER_LEFT, SimulatedEnding.FINISHED


def _exchange(number: int = 1) -> SimulatedExchange:
    headers = {"authorization": "Bearer sk-secret", "x-a": "b"}
    return SimulatedExchange(number, 1, "POST", "/chat/completions", headers, b'{"a": 1}', 10.0)


async def test_the_first_ending_counts() -> None:
    """
    An exchange ends once, whatever is said of it later.
    """
    records, exchange = Records(10), _exchange()
    records.begin(exchange)
    running = records.running

    records.end(exchange, _LEFT, 11.0)
    records.end(exchange, _FINISHED, 12.0)

    assert (1, 0) == (running, records.running)
    assert (_LEFT, 11.0, True) == (exchange.ending, exchange.ended_at, exchange.caller_left)
    assert {_LEFT: 1, _FINISHED: 0, SimulatedEnding.BROKEN_OFF: 0} == records.ended


async def test_a_waiter_hears_of_each_leaver_once() -> None:
    """
    Leavers are reported in order, also to one who waited before they left.
    """
    records, first, second = Records(10), _exchange(1), _exchange(2)
    waiting = asyncio.ensure_future(records.caller_left())
    await asyncio.sleep(0)

    for exchange in (first, second):
        records.begin(exchange)
        records.end(exchange, _LEFT, 11.0)

    assert [first, second] == [await waiting, await records.caller_left()]
    with pytest.raises(TimeoutError):
        await records.caller_left(timeout_seconds=0.001)


async def test_a_condition_is_asked_after_every_change() -> None:
    """
    A waiter wakes when its condition holds, and not before.
    """
    records, exchange = Records(10), _exchange()
    records.begin(exchange)
    waiting = asyncio.ensure_future(records.until(lambda: exchange.deltas_sent >= 2))
    await asyncio.sleep(0)

    seen = []
    for count in (1, 2):
        exchange.deltas_sent = count
        records.changed()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        seen.append(waiting.done())

    assert [False, True] == seen


async def test_memory_is_bounded_and_counts_are_not() -> None:
    """
    Of many exchanges the latest are kept, and all are counted.
    """
    records = Records(2)
    for number in range(5):
        records.begin(_exchange(number))

    assert ([3, 4], 5) == ([exchange.number for exchange in records.exchanges], records.started)


async def test_what_was_forgotten_changes_no_count() -> None:
    """
    An exchange that ends after a reset belongs to no count.
    """
    records, exchange = Records(2), _exchange()
    records.begin(exchange)

    records.forget()
    records.end(exchange, _LEFT, 11.0)

    assert (0, 0, 0) == (records.started, records.running, records.ended[_LEFT])
    assert _LEFT is exchange.ending


def test_another_process_sees_no_credential() -> None:
    """
    Told to another process a key is masked; in this one the headers are whole.
    """
    exchange = _exchange()
    exchange.generated_tenths = 11

    shown = exchange.as_json()

    assert {"authorization": "***", "x-a": "b"} == shown["headers"]
    assert (2, '{"a": 1}') == (shown["completion_tokens"], shown["body"])
    assert {"a": 1} == exchange.request
