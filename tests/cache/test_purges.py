"""Orders to forget reach every process, are carried out, and are forgotten themselves in the end."""

import msgspec
import orjson

from gateway.cache.memory_store import MemoryStore
from gateway.cache.purge import KIND, Purge
from gateway.cache.purges import LONGEST_SECONDS, order_purge
from gateway.foundation.clock import FakeClock
from gateway.foundation.state_store import MemoryStateStore
from tests.fakes.cache_values import a_question, a_whole
from tests.fakes.memory_board import MemoryBoard
from tests.fakes.reading_room import Reader, ReadingRoom
from tests.fakes.virtual_time import in_virtual_time, settle_down


def _kept(room: ReadingRoom) -> int:
    assert isinstance(room.store, MemoryStore)
    return len(room.store._entries)


@in_virtual_time
async def test_a_fresh_order_is_carried_out_and_told() -> None:
    """
    What is doomed is removed from the store, and the operator hears how much that was.
    """
    room = ReadingRoom()
    await room.ask(a_question(seed=1), [a_whole()])
    await room.ask(a_question(seed=2), [a_whole()])
    room.clock.advance(1)

    room.order()
    await settle_down()

    assert 0 == _kept(room)
    assert [("cache.purged", {"tenant": "acme", "entries": 2})] == [
        (notice.kind, notice.facts) for notice in room.notices
    ]


@in_virtual_time
async def test_an_order_may_name_one_answer() -> None:
    """
    By the key that its caller saw.
    """
    room = ReadingRoom()
    reader = await room.ask(a_question(seed=1), [a_whole()])
    await room.ask(a_question(seed=2), [a_whole()])
    key = reader.inquiry.fields()[0][1].decode().partition('key="')[2].rstrip('"')
    room.clock.advance(1)

    room.order(entry=key)
    await settle_down()

    assert 1 == _kept(room)
    assert not (await room.ask(a_question(seed=2), [])).has_fetched
    assert (await room.ask(a_question(seed=1), [a_whole()])).has_fetched


@in_virtual_time
async def test_an_order_heard_late_is_obeyed_and_not_carried_out_again() -> None:
    """
    A process that starts hears orders of days ago; their entries are gone, or not given.
    """
    room = ReadingRoom()
    await room.ask(a_question(), [a_whole()])
    room.clock.advance(61)

    room.order(ordered_at=room.clock.wall() - 60.5)
    await settle_down()

    assert ([], 1) == (room.notices, _kept(room))
    assert (await room.ask(a_question(), [a_whole()])).has_fetched


@in_virtual_time
async def test_an_order_of_a_tenant_without_a_key_has_nothing_to_do() -> None:
    """
    Nothing of it could be opened.
    """
    room = ReadingRoom()

    room.order(tenant="acme", project="shop", model="flash")
    await settle_down()

    assert [{"tenant": "acme", "entries": 0}] == [notice.facts for notice in room.notices]
    assert [] == room.faults


async def test_orders_that_have_nothing_left_to_say_are_struck_out() -> None:
    """
    When no entry can be as old as they are.
    """
    state = MemoryStateStore()
    await order_purge(state, Purge(tenant="acme", before=1.0, ordered_at=1.0))
    await order_purge(state, Purge(tenant="acme", before=2.0, ordered_at=2.0))

    await order_purge(state, Purge(tenant="acme", before=9.0, ordered_at=1.5 + LONGEST_SECONDS))

    orders = [msgspec.json.decode(entry.value or b"", type=Purge) for entry in await state.list(KIND)]
    assert [2.0, 9.0] == sorted(order.before for order in orders)


@in_virtual_time
async def test_a_store_given_anew_is_obeyed_anew() -> None:
    """
    Orders that are not among everything are withdrawn.
    """
    room = ReadingRoom()
    await room.ask(a_question(), [a_whole()])
    room.clock.advance(61)
    room.order(ordered_at=room.clock.wall() - 60.5)

    room.purges.take([], is_whole=True)

    assert not (await room.ask(a_question(), [])).has_fetched


@in_virtual_time
async def test_whoever_asks_after_an_order_joins_no_call_of_before() -> None:
    """
    What is still being written when the order comes is for those alone who listen already, and is not kept.
    """
    room = ReadingRoom()
    running = await room.begin(a_question())
    room.clock.advance(1)
    room.order()

    later = await room.begin(a_question())
    later.source.give(a_whole("new"))
    later.source.finish()
    await settle_down()
    running.source.give(a_whole("old"))
    running.source.finish()
    await settle_down()
    after = await room.ask(a_question(), [])

    assert (True, "new", "old") == (later.has_fetched, _said(later), _said(running))
    assert ("hit", "new") == (after.status.partition(";")[0], _said(after))


@in_virtual_time
async def test_whoever_asks_after_an_order_joins_no_call_of_before_elsewhere() -> None:
    """
    Nor does a process listen to another one that began before; of two that began after, one listens.
    """
    store = MemoryStore(FakeClock(), 1_000_000)
    board = MemoryBoard(store)
    here, there, third = (ReadingRoom(store, board=board) for _ in range(3))
    running = await here.begin(a_question())
    for room in (here, there, third):
        room.clock.advance(1)
        room.order()

    later = await there.begin(a_question())
    last = await third.begin(a_question())

    assert [True, True, False] == [one.has_fetched for one in (running, later, last)]
    for reader in (running, later, last):
        assert reader.task is not None
        reader.task.cancel()


@in_virtual_time
async def test_an_answer_whose_call_was_overtaken_by_an_order_is_not_said_to_be_kept() -> None:
    """
    By the clock of whoever called, it may have begun after the order.
    """
    room = ReadingRoom()
    running = await room.begin(a_question())

    room.order(before=room.clock.wall() - 30)
    running.source.give(a_whole())
    running.source.finish()
    await settle_down()

    assert ("fwd=uri-miss", 0) == (running.status, _kept(room))


def _two_rooms() -> tuple[ReadingRoom, ReadingRoom]:
    """Two processes with one store, the second with a clock that is ahead."""
    store = MemoryStore(FakeClock(), 1_000_000)
    slow, fast = ReadingRoom(store), ReadingRoom(store)
    fast.clock.advance(200)
    return slow, fast


@in_virtual_time
async def test_an_order_reaches_what_a_fast_clock_dated_after_it() -> None:
    """
    Whoever kept it had not heard of the order, whatever their clock says; it is removed, too.
    """
    slow, fast = _two_rooms()
    await fast.ask(a_question(), [a_whole("old")])
    await fast.ask(a_question(seed=1), [a_whole("old")])

    order = slow.order()
    again = await slow.ask(a_question(), [a_whole("new")])
    fast.hear(order)
    await settle_down()

    assert (True, "new") == (again.has_fetched, _said(again))
    assert {"tenant": "acme", "entries": 2} == slow.notices[0].facts
    assert (await fast.ask(a_question(seed=1), [a_whole()])).has_fetched


@in_virtual_time
async def test_what_was_kept_by_who_knew_of_an_order_is_given() -> None:
    """
    Also to a process that heard of the order later, and after an order about others.
    """
    slow, fast = _two_rooms()
    order = slow.order()
    fast.hear(order)
    await settle_down()
    await fast.ask(a_question(), [a_whole()])
    before = await slow.ask(a_question(), [])
    slow.order(project="another")
    await settle_down()

    assert [False, False] == [before.has_fetched, (await slow.ask(a_question(), [])).has_fetched]


@in_virtual_time
async def test_the_latest_order_is_the_one_that_was_written_last() -> None:
    """
    Whatever clock dated it: whoever asks after it joins no call of before.
    """
    room = ReadingRoom()
    room.order(ordered_at=room.clock.wall() + 100)
    running = await room.begin(a_question())
    room.order()

    later = await room.begin(a_question())

    assert [True, True] == [running.has_fetched, later.has_fetched]
    for reader in (running, later):
        assert reader.task is not None
        reader.task.cancel()


def _said(reader: Reader) -> str:
    (event,) = reader.sink.events
    said: str = orjson.loads(event)["choices"][0]["message"]["content"]
    return said
