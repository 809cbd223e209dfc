"""What was answered is given again: to whom it may be, as long as it may be, and to nobody else."""

import asyncio

import pytest

from gateway.cache.memory_store import MemoryStore
from gateway.cache.store import Address, Look
from gateway.foundation.clock import FakeClock
from gateway.limits.refusals import LimitExceeded
from gateway.upstreams.refusals import UpstreamBroke
from gateway.vocabulary.cache_use import CacheUse
from gateway.vocabulary.caller import Caller
from gateway.wire.frames import Frame
from tests.fakes.cache_values import USAGE, a_delta, a_question, a_stream, a_whole, some_cache_terms
from tests.fakes.reading_room import ReadingRoom
from tests.fakes.virtual_time import in_virtual_time, settle_down

_NO_CACHE, _NO_STORE = {b"cache-control": b"no-cache"}, {b"cache-control": b"no-store"}


@pytest.mark.parametrize("streamed", [True, False])
@in_virtual_time
async def test_the_second_who_asks_gets_the_first_ones_answer(streamed: bool) -> None:  # noqa: FBT001
    """
    The same bytes, without an upstream, and with its age.
    """
    room, frames = ReadingRoom(), a_stream() if streamed else [a_whole()]
    first = await room.ask(a_question(stream=streamed), frames)
    room.clock.advance(7)
    second = await room.ask(a_question(stream=streamed), [])

    assert (True, False) == (first.has_fetched, second.has_fetched)
    assert frames == first.sink.frames
    assert [frame.raw for frame in frames] == second.sink.events
    assert "hit; ttl=3593" == second.status
    assert (b"age", b"7") == second.inquiry.fields()[1]
    assert CacheUse("hit", "", 7, USAGE, {"USD": 3}) == second.inquiry.use(USAGE, {"USD": 3})


@in_virtual_time
async def test_what_was_asked_whole_is_given_as_a_stream_and_the_other_way_round() -> None:
    """
    How an answer is delivered makes no difference to the question.
    """
    room = ReadingRoom()
    await room.ask(a_question(seed=1), [a_whole("Hello")])
    await room.ask(a_question(seed=2, stream=True), a_stream("Hel", "lo"))

    streamed = await room.ask(a_question(seed=1, stream=True), [])
    whole = await room.ask(a_question(seed=2), [])

    assert [False, False] == [streamed.has_fetched, whole.has_fetched]
    assert b"data: [DONE]\n\n" == streamed.sink.events[-1]
    assert b'"content":"Hello"' in whole.sink.events[0]


@in_virtual_time
async def test_a_stream_that_cannot_be_told_whole_is_no_answer_to_who_wants_it_whole() -> None:
    """
    A miss like any other, whose answer takes the place of the stream.
    """
    room, half = ReadingRoom(), a_delta("x")
    odd = Frame(half.kind, half.raw.replace(b'"x"', b'"\\ud83d"', 1))
    await room.ask(a_question(stream=True), [odd, *a_stream()])

    again = await room.ask(a_question(stream=True), [])
    whole = await room.ask(a_question(), [a_whole("Hello")])
    after = await room.ask(a_question(stream=True), [])

    assert [False, True, False] == [one.has_fetched for one in (again, whole, after)]
    assert b'"Hello"' in b"".join(after.sink.events)


@in_virtual_time
async def test_no_tenant_gets_another_ones_answer() -> None:
    """
    Not for the same question, and not by putting the entry where it would be looked for.
    """
    room, rival = ReadingRoom(), Caller("rival", "default", "key_1", "api_key")
    await room.ask(a_question(), [a_whole("secret of acme")])
    mine = a_question(rival)

    assert (await room.ask(mine, [a_whole("of the rival")])).has_fetched

    store = room.store
    assert isinstance(store, MemoryStore)
    entries = list(store._entries)
    stolen = store.look(Address(entries[0][:8], entries[0][8:]))
    assert isinstance(stolen, bytes)
    store.keep(Address(entries[1][:8], entries[1][8:]), stolen, 60)
    reader = await room.ask(mine, [a_whole("anew")])
    assert reader.has_fetched
    assert 1 == room.librarian.rejected
    assert b"secret" not in b"".join(reader.sink.events)


@pytest.mark.parametrize(
    ("frames", "streamed"),
    [
        (a_stream()[:-1], True),
        ([a_delta()], True),
        (a_stream(reason="length"), True),
        ([a_whole(reason="content_filter")], False),
    ],
)
@in_virtual_time
async def test_what_is_no_good_answer_is_not_kept(frames: list[Frame], streamed: bool) -> None:  # noqa: FBT001
    """
    Cut, truncated or filtered.
    """
    room = ReadingRoom()
    await room.ask(a_question(stream=streamed), frames)

    assert (await room.ask(a_question(), [a_whole()])).has_fetched


@in_virtual_time
async def test_a_whole_answer_that_takes_long_is_kept_though_its_head_was_written_before() -> None:
    """
    A head that says nothing of keeping decides nothing.
    """
    room = ReadingRoom()
    reader = await room.begin(a_question())
    early = reader.status
    reader.source.give(a_whole())
    reader.source.finish()
    await settle_down()

    assert "fwd=uri-miss" == early
    assert not (await room.ask(a_question(), [])).has_fetched


@in_virtual_time
async def test_a_failure_is_not_kept() -> None:
    """
    The next one who asks gets another try.
    """
    room = ReadingRoom()
    reader = await room.begin(a_question())
    reader.source.finish(UpstreamBroke("It broke."))
    assert reader.task is not None
    with pytest.raises(UpstreamBroke):
        await reader.task

    assert (await room.ask(a_question(), [a_whole()])).has_fetched


@in_virtual_time
async def test_an_answer_is_kept_as_long_as_policy_and_caller_say() -> None:
    """
    The shorter one counts, and a policy that became stricter counts for what is there already.
    """
    room = ReadingRoom()
    await room.ask(a_question(seed=1), [a_whole()])
    await room.ask(a_question(seed=2), [a_whole()], {b"x-gateway-cache-ttl": b"60"})
    await room.ask(a_question(seed=3), [a_whole()], {b"x-gateway-cache-ttl": b"86400"})
    strict = some_cache_terms(ttl_seconds=50)

    room.clock.advance(59)
    assert not (await room.ask(a_question(seed=2), [])).has_fetched
    stale = await room.ask(a_question(seed=1, terms=strict), [a_whole()], _NO_CACHE | {})
    assert stale.has_fetched
    room.clock.advance(1)
    assert (await room.ask(a_question(seed=2), [a_whole()])).has_fetched
    room.clock.advance(3540)
    assert (await room.ask(a_question(seed=3), [a_whole()])).has_fetched


@in_virtual_time
async def test_a_stricter_time_to_live_counts_for_what_is_there() -> None:
    """
    After a change of policy an older entry is stale.
    """
    room = ReadingRoom()
    await room.ask(a_question(), [a_whole()])
    room.clock.advance(51)

    reader = await room.ask(a_question(rules={"ttl_seconds": 50}), [a_whole()])

    assert (True, "fwd=stale; stored; ttl=50") == (reader.has_fetched, reader.status)


@in_virtual_time
async def test_whoever_wants_no_old_answer_gets_a_new_one_that_is_kept() -> None:
    """
    `no-cache` refreshes what is kept; `max-age` does so only if that is too old.
    """
    room = ReadingRoom()
    await room.ask(a_question(), [a_whole("old")])
    fresh = await room.ask(a_question(), [a_whole("new")], _NO_CACHE)
    third = await room.ask(a_question(), [])
    room.clock.advance(30)
    young_enough = await room.ask(a_question(), [], {b"cache-control": b"max-age=30"})
    too_old = await room.ask(a_question(), [a_whole("newer")], {b"cache-control": b"max-age=29"})

    assert "fwd=request; stored; ttl=3600" == fresh.status
    assert [a_whole("new").raw] == third.sink.events
    assert (False, True) == (young_enough.has_fetched, too_old.has_fetched)
    assert "fwd=stale; stored; ttl=3600" == too_old.status


@pytest.mark.parametrize("streamed", [True, False])
@in_virtual_time
async def test_an_older_call_that_ends_later_does_not_replace_a_newer_answer(streamed: bool) -> None:  # noqa: FBT001
    """
    Whoever wanted a new answer has made it everybody's.
    """
    room = ReadingRoom()
    older = await room.begin(a_question(stream=streamed))
    room.clock.advance(1)
    await room.ask(a_question(), [a_whole("new")], _NO_CACHE)
    room.clock.advance(1)
    older.source.give(*(a_stream("old") if streamed else [a_whole("old")]))
    older.source.finish()
    await settle_down()

    after = await room.ask(a_question(), [])

    assert b'"old"' in b"".join(older.sink.events)
    assert [a_whole("new").raw] == after.sink.events


@in_virtual_time
async def test_what_shall_not_be_stored_is_neither_looked_up_nor_kept_nor_shared() -> None:
    """
    `no-store` keeps out of everything.
    """
    room = ReadingRoom()
    private = await room.begin(a_question(), _NO_STORE)
    other = await room.begin(a_question())

    assert (True, True) == (private.has_fetched, other.has_fetched)
    assert "fwd=request" == private.status
    assert CacheUse("bypass", "no-store") == private.inquiry.use(None, {})
    for reader in (private, other):
        reader.source.give(a_whole())
        reader.source.finish()
    await settle_down()
    assert (await room.ask(a_question(), [a_whole()], _NO_STORE)).has_fetched


@in_virtual_time
async def test_a_namespace_is_a_cache_of_its_own() -> None:
    """
    For tests, or for one customer of a tenant.
    """
    room = ReadingRoom()
    await room.ask(a_question(), [a_whole()], {b"x-gateway-cache-namespace": b"one"})

    assert (await room.ask(a_question(), [a_whole()])).has_fetched
    assert not (await room.ask(a_question(), [], {b"x-gateway-cache-namespace": b"one"})).has_fetched


@in_virtual_time
async def test_an_answer_by_another_route_or_further_away_is_another_answer() -> None:
    """
    What a stricter clearance or a new route would not have got is not given.
    """
    room = ReadingRoom()
    await room.ask(a_question(), [a_whole()])

    assert (await room.ask(a_question(clearance="on_premises"), [a_whole()])).has_fetched
    moved = some_cache_terms(stop="second")
    assert (await room.ask(a_question(terms=moved), [a_whole()])).has_fetched


@in_virtual_time
async def test_an_answer_that_is_too_long_is_not_kept() -> None:
    """
    Policy says how long.
    """
    room, rules = ReadingRoom(), {"max_answer_bytes": 1024}
    await room.ask(a_question(rules=rules), [a_whole("x" * 2000)])

    assert (await room.ask(a_question(rules=rules), [a_whole()])).has_fetched


@pytest.mark.parametrize("ahead_seconds", [200, 400])
@in_virtual_time
async def test_a_clock_that_is_a_little_ahead_does_no_harm(ahead_seconds: int) -> None:
    """
    An entry from the near future is young; one from far ahead is not believed.
    """
    room = ReadingRoom()
    room.clock.advance(ahead_seconds)
    await room.ask(a_question(), [a_whole()])
    room.clock.advance(-ahead_seconds)

    reader = await room.ask(a_question(), [a_whole()])

    assert reader.has_fetched is (ahead_seconds == 400)


@in_virtual_time
async def test_destroying_a_tenants_key_erases_its_cache() -> None:
    """
    Nothing of before is found.
    """
    room = ReadingRoom()
    await room.ask(a_question(), [a_whole()])

    room.keys.destroy("acme")

    assert (await room.ask(a_question(), [a_whole()])).has_fetched


@pytest.mark.parametrize("damage", [b"", b"\x02garbage", b"x" * 100])
@in_virtual_time
async def test_a_damaged_entry_is_a_miss_and_is_replaced(damage: bytes) -> None:
    """
    Corrupt, foreign or half-written.
    """
    room = ReadingRoom()
    await room.ask(a_question(), [a_whole()])
    store = room.store
    assert isinstance(store, MemoryStore)
    (place,) = store._entries
    store.keep(Address(place[:8], place[8:]), damage, 60)

    assert (await room.ask(a_question(), [a_whole()])).has_fetched
    assert not (await room.ask(a_question(), [])).has_fetched
    assert 1 == room.librarian.rejected


@in_virtual_time
async def test_many_who_ask_at_once_make_one_call() -> None:
    """
    Whatever their store answers, and whether they ask for a stream or not.
    """
    room = ReadingRoom()
    readers = [await room.begin(a_question(stream=True)) for _ in range(20)]
    first = readers[0]
    first.source.give(*a_stream()[:1])
    await settle_down()
    late = await room.begin(a_question(stream=True))
    first.source.give(*a_stream()[1:])
    await asyncio.gather(*(reader.task for reader in [*readers, late] if reader.task))

    assert 1 == sum(reader.has_fetched for reader in [*readers, late])
    assert all(a_stream() == reader.sink.frames for reader in [*readers, late])
    assert "fwd=uri-miss" == first.status
    assert "fwd=uri-miss; collapsed" == late.status
    assert CacheUse("collapsed", "", 0, USAGE, {"USD": 3}) == late.inquiry.use(USAGE, {"USD": 3})
    assert CacheUse("miss", "uri-miss") == first.inquiry.use(None, {})
    assert 0 == room.librarian.flying


@in_virtual_time
async def test_sharing_can_be_switched_off() -> None:
    """
    Then everyone asks for themselves, and what comes is kept all the same.
    """
    room, rules = ReadingRoom(), {"share": False}
    readers = [await room.begin(a_question(rules=rules)) for _ in range(3)]
    for reader in readers:
        reader.source.give(a_whole())
        reader.source.finish()
    await settle_down()

    assert all(reader.has_fetched for reader in readers)
    assert not (await room.ask(a_question(rules=rules), [])).has_fetched


@in_virtual_time
async def test_whoever_wants_a_new_answer_does_not_share_an_older_call() -> None:
    """
    `no-cache` makes a call of its own.
    """
    room = ReadingRoom()
    running = await room.begin(a_question())
    fresh = await room.begin(a_question(), _NO_CACHE)

    assert (True, True) == (running.has_fetched, fresh.has_fetched)
    for reader in (running, fresh):
        assert reader.task is not None
        reader.task.cancel()
    await settle_down()
    assert 0 == room.librarian.flying


@in_virtual_time
async def test_leaving_while_the_answer_is_awaited_ends_the_call() -> None:
    """
    A caller who gives up before the first token costs no more.
    """
    room = ReadingRoom()
    reader = await room.begin(a_question())
    assert reader.task is not None

    reader.task.cancel()
    await settle_down()

    assert reader.source.is_closed
    assert 0 == room.librarian.flying


@in_virtual_time
async def test_whoever_comes_in_the_moment_in_which_the_last_one_leaves_makes_a_new_call() -> None:
    """
    The old one is being ended, and its answer would never come.
    """
    room = ReadingRoom()
    leaver = await room.begin(a_question(stream=True))
    leaver.source.give(a_stream()[0])
    await settle_down()
    newcomer = room.reader(a_question(stream=True))
    newcomer.source.give(*a_stream())
    newcomer.source.finish()
    assert leaver.task is not None

    leaver.task.cancel()
    newcomer.task = asyncio.ensure_future(newcomer.read())
    await newcomer.task

    assert newcomer.has_fetched
    assert a_stream() == newcomer.sink.frames


class _Slow(MemoryStore):
    """A store that answers when the test says so."""

    def __init__(self) -> None:
        super().__init__(FakeClock(), 10_000_000)
        self.looks: list[asyncio.Future[bytes | None]] = []

    def look(self, address: Address) -> Look:  # noqa: ARG002 - nothing is there
        """Wait."""
        self.looks.append(asyncio.get_running_loop().create_future())
        return self.looks[-1]


@in_virtual_time
async def test_those_who_looked_at_the_same_time_share_one_call() -> None:
    """
    All find nothing; only the first of them calls.
    """
    room = ReadingRoom(_Slow())
    readers = [await room.begin(a_question()) for _ in range(5)]
    assert isinstance(room.store, _Slow)
    for look in room.store.looks:
        look.set_result(None)
    await settle_down()

    assert 1 == sum(reader.has_fetched for reader in readers)
    for reader in readers:
        assert reader.task is not None
        reader.task.cancel()


@in_virtual_time
async def test_an_order_to_forget_counts_at_once_and_for_what_is_still_on_its_way() -> None:
    """
    Also where the store keeps the entry still, and for a call that began before.
    """
    room = ReadingRoom()
    await room.ask(a_question(), [a_whole()])
    running = await room.begin(a_question(seed=5))
    room.clock.advance(1)

    room.order()
    running.source.give(a_whole())
    running.source.finish()
    await settle_down()

    assert (await room.ask(a_question(), [a_whole()])).has_fetched
    assert (await room.ask(a_question(seed=5), [a_whole()])).has_fetched
    assert not (await room.ask(a_question(), [])).has_fetched


@pytest.mark.parametrize("streamed", [True, False])
@in_virtual_time
async def test_a_call_that_lands_before_its_answer_is_asked_for_has_left_it(streamed: bool) -> None:  # noqa: FBT001
    """
    Between the question and the answer a limit may have been waited for.
    """
    room, frames = ReadingRoom(), a_stream() if streamed else [a_whole()]
    first = await room.begin(a_question(stream=streamed))
    second = room.reader(a_question(stream=streamed))
    first.source.give(*frames)
    first.source.finish()
    await settle_down()

    await second.read()

    assert not second.has_fetched
    assert "hit; ttl=3600" == second.status


class _Deferring(MemoryStore):
    """A store that is waited for."""

    def look(self, address: Address) -> Look:
        """Say what is here in a moment."""
        found, look = super().look(address), asyncio.get_running_loop().create_future()
        look.set_result(found)
        return look


@pytest.mark.parametrize("kind", [MemoryStore, _Deferring])
@in_virtual_time
async def test_what_lands_after_a_look_in_vain_is_looked_for_again(kind: type[MemoryStore]) -> None:
    """
    Once it was said to be free, nothing is called for it.
    """
    room = ReadingRoom(kind(FakeClock(), 10_000_000))
    early = room.reader(a_question())
    first = await room.begin(a_question())
    is_free = await early.inquiry.is_free(LimitExceeded("no tokens are left"))
    first.source.give(a_whole())
    first.source.finish()
    await settle_down()

    await early.read()

    assert (True, False) == (is_free, early.has_fetched)
    assert "hit; ttl=3600" == early.status


@pytest.mark.parametrize("kind", [MemoryStore, _Deferring])
@in_virtual_time
async def test_what_is_kept_is_free(kind: type[MemoryStore]) -> None:
    """
    And given afterwards, though it is opened only once.
    """
    room = ReadingRoom(kind(FakeClock(), 10_000_000))
    await room.ask(a_question(), [a_whole()])
    reader = room.reader(a_question())

    assert await reader.inquiry.is_free(LimitExceeded("no tokens are left"))
    await reader.read()

    assert not reader.has_fetched
    assert [a_whole().raw] == reader.sink.events


@pytest.mark.parametrize("is_kept", [True, False])
@in_virtual_time
async def test_what_was_said_to_be_free_is_never_called_for(is_kept: bool) -> None:  # noqa: FBT001
    """
    Where the running call leaves no answer, the refusal holds that was put off for it.
    """
    room, refusal = ReadingRoom(), LimitExceeded("no tokens are left")
    first = await room.begin(a_question())
    second = room.reader(a_question())
    is_free = await second.inquiry.is_free(refusal)
    first.source.give(a_whole(reason="stop" if is_kept else "length"))
    first.source.finish()
    await settle_down()

    (told,) = await asyncio.gather(second.read(), return_exceptions=True)

    assert is_free
    assert told is (None if is_kept else refusal)
    assert not second.has_fetched
    assert 0 == room.librarian.flying


@in_virtual_time
async def test_who_was_given_an_answer_for_free_is_never_left_with_its_bill() -> None:
    """
    The one who has room for it pays for all that comes, though they have left.
    """
    room, question = ReadingRoom(), a_question(stream=True)
    first, free = await room.begin(question), room.reader(question)
    assert await free.inquiry.is_free(LimitExceeded("no tokens are left"))
    free.task = asyncio.ensure_future(free.read())
    first.source.give(a_delta())
    await settle_down()

    assert first.task is not None
    first.task.cancel()
    await settle_down()
    first.source.give(*a_stream())
    first.source.finish()
    await free.task

    assert ([], True, True, USAGE) == (
        first.bill.heirs,
        first.bill.stays,
        first.bill.is_over,
        first.bill.usage,
    )
    assert len(a_stream()) + 1 == len(free.sink.frames)


@in_virtual_time
async def test_what_is_neither_kept_nor_under_way_is_not_free() -> None:
    """
    Nor what is wanted anew; and it is called for as ever.
    """
    room = ReadingRoom()
    running = await room.begin(a_question(seed=1))
    for reader in (room.reader(a_question(seed=2)), room.reader(a_question(seed=1), _NO_CACHE)):
        assert not await reader.inquiry.is_free(LimitExceeded("no tokens are left"))
        reader.source.give(a_whole())
        reader.source.finish()
        await reader.read()
        assert reader.has_fetched
    assert running.task is not None
    running.task.cancel()
