"""Processes that are asked the same make one call, and whoever dies or is away is no reason to hang."""

import asyncio

import pytest

from gateway.cache.memory_store import MemoryStore
from gateway.cache.refusals import SharedAnswerLost
from gateway.cache.replicas.beacon import LONGEST_BEAT_SECONDS
from gateway.cache.replicas.board import CLAIM_SECONDS, LEASE_SECONDS
from gateway.cache.replicas.receiver import LONGEST_POLL_SECONDS, PATIENCE_SECONDS
from gateway.cache.replicas.relay import MOST_SENT_BYTES
from gateway.foundation.clock import FakeClock
from gateway.limits.refusals import LimitExceeded
from gateway.upstreams.refusals import UpstreamBroke
from gateway.vocabulary.cache_use import CacheUse
from gateway.vocabulary.refusal import Refusal
from tests.fakes.cache_values import USAGE, a_delta, a_question, a_stream, a_whole
from tests.fakes.memory_board import BoardLink, MemoryBoard
from tests.fakes.reading_room import Reader, ReadingRoom
from tests.fakes.virtual_time import in_virtual_time, settle_down

_QUESTION = a_question(stream=True)
_SOON = LONGEST_BEAT_SECONDS + 0.1


class Fleet:
    """Three processes with one store and one board."""

    def __init__(self) -> None:
        self.store = MemoryStore(FakeClock(), 10_000_000)
        self.board = MemoryBoard(self.store)
        self.links = [BoardLink(self.board) for _ in range(3)]
        self.here, self.there, self.third = (ReadingRoom(self.store, board=link) for link in self.links)

    def flying(self) -> int:
        """How many flights there are in all."""
        return sum(room.librarian.flying for room in (self.here, self.there, self.third))


async def _end(*readers: Reader) -> None:
    await asyncio.gather(*(reader.task for reader in readers if reader.task))


async def _leave(reader: Reader) -> None:
    assert reader.task is not None
    reader.task.cancel()
    await asyncio.wait([reader.task])
    await settle_down()


async def _failure(reader: Reader) -> Refusal:
    assert reader.task is not None
    with pytest.raises(Refusal) as caught:
        await reader.task
    return caught.value


@pytest.mark.parametrize("streamed", [True, False])
@in_virtual_time
async def test_two_processes_make_one_call(streamed: bool) -> None:  # noqa: FBT001
    """
    Whoever did not make it counts as one who shared it, and keeps nothing of their own.
    """
    fleet, frames = Fleet(), a_stream() if streamed else [a_whole()]
    question = a_question(stream=streamed)
    first = await fleet.here.begin(question)
    other, late = await fleet.there.begin(question), await fleet.there.begin(question)
    first.source.give(*frames)
    first.source.finish()
    await _end(first, other, late)
    await asyncio.sleep(_SOON)

    assert [True, False, False] == [one.has_fetched for one in (first, other, late)]
    assert frames == other.sink.frames == late.sink.frames
    assert "fwd=uri-miss; collapsed" == other.status
    assert CacheUse("collapsed", "", 0, USAGE, {}) == other.inquiry.use(USAGE, {})
    assert 0 == fleet.flying()
    assert "hit; ttl=3600" == (await fleet.there.ask(question, [])).status


@in_virtual_time
async def test_what_comes_is_heard_elsewhere_while_it_comes() -> None:
    """
    What was there before, and then the rest; nothing is sent before somebody listens.
    """
    fleet, frames = Fleet(), a_stream("a", "b", "c")
    first = await fleet.here.begin(_QUESTION)
    first.source.give(frames[0])
    await asyncio.sleep(_SOON)
    assert not any(pieces for _, pieces in fleet.board.pieces.values())
    other = await fleet.there.begin(_QUESTION)
    await asyncio.sleep(_SOON)
    assert frames[:1] == other.sink.frames
    for place in range(1, len(frames)):
        first.source.give(frames[place])
        await asyncio.sleep(0.2)
        assert frames[: place + 1] == other.sink.frames

    first.source.finish()
    await _end(first, other)

    assert frames == other.sink.frames


@in_virtual_time
async def test_a_call_nobody_else_wants_costs_two_words_with_the_board() -> None:
    """
    Whose it is, and that it is over.
    """
    fleet = Fleet()
    await fleet.here.ask(_QUESTION, a_stream())

    assert ["claim", "beat"] == fleet.board.calls


@in_virtual_time
async def test_the_first_may_leave_and_pays_on_for_those_elsewhere() -> None:
    """
    The call goes on for whoever listens there; once it is over, whoever left has it on their bill.
    """
    fleet, frames = Fleet(), a_stream("a", "b", "c")
    first = await fleet.here.begin(_QUESTION)
    first.source.give(frames[0])
    other = await fleet.there.begin(_QUESTION)
    await asyncio.sleep(_SOON)

    await _leave(first)
    during = (first.bill.stays, first.bill.is_over)
    first.source.give(*frames[1:])
    first.source.finish()
    await _end(other)

    assert frames == other.sink.frames
    assert ((True, False), True) == (during, first.bill.is_over)
    assert (USAGE, []) == (first.bill.usage, first.bill.heirs)
    assert not other.bill.stays
    assert 0 == fleet.flying()


@in_virtual_time
async def test_whoever_leaves_elsewhere_changes_nothing_of_the_bill() -> None:
    """
    Of three processes, each of which goes on without the one before.
    """
    fleet, frames = Fleet(), a_stream("a", "b")
    first = await fleet.here.begin(_QUESTION)
    first.source.give(frames[0])
    second, third = await fleet.there.begin(_QUESTION), await fleet.third.begin(_QUESTION)
    await asyncio.sleep(_SOON)
    await _leave(first)
    await _leave(second)
    await asyncio.sleep(_SOON)
    first.source.give(*frames[1:])
    first.source.finish()
    await _end(third)

    assert frames == third.sink.frames
    assert [(True, True), (False, True), (False, True)] == [
        (one.bill.stays, one.bill.is_over) for one in (first, second, third)
    ]


@in_virtual_time
async def test_whoever_leaves_elsewhere_before_anything_is_heard_of_it_changes_nothing_either() -> None:
    """
    In the same moment as the last one here: the call ends, and is on one bill, with all that came.
    """
    fleet, frames = Fleet(), a_stream("a", "b", "c")
    first = await fleet.here.begin(_QUESTION)
    first.source.give(frames[0])
    other = await fleet.there.begin(_QUESTION)
    await asyncio.sleep(_SOON)
    await _leave(first)
    await _leave(other)
    first.source.give(*frames[1:3])
    await asyncio.sleep(_SOON)

    assert first.source.is_closed
    assert (True, True, 3) == (first.bill.stays, first.bill.is_over, first.bill.deltas)
    assert 0 == fleet.flying()


@in_virtual_time
async def test_whoever_comes_here_later_pays_nothing() -> None:
    """
    The bill is that of the one who left, whatever others do.
    """
    fleet, frames = Fleet(), a_stream("a", "b")
    first = await fleet.here.begin(_QUESTION)
    first.source.give(frames[0])
    other = await fleet.there.begin(_QUESTION)
    await asyncio.sleep(_SOON)
    await _leave(first)
    late, last = await fleet.here.begin(_QUESTION), await fleet.here.begin(_QUESTION)
    await _leave(late)
    await _leave(other)
    await asyncio.sleep(_SOON)
    first.source.give(*frames[1:])
    first.source.finish()
    await _end(last)

    assert frames == last.sink.frames
    assert ([], USAGE, None) == (first.bill.heirs, first.bill.usage, last.bill.usage)


@in_virtual_time
async def test_another_caller_here_is_an_heir_before_those_elsewhere() -> None:
    """
    Also where those elsewhere came first.
    """
    fleet, frames = Fleet(), a_stream("a", "b")
    first = await fleet.here.begin(_QUESTION)
    first.source.give(frames[0])
    other = await fleet.there.begin(_QUESTION)
    await asyncio.sleep(_SOON)
    heir = await fleet.here.begin(_QUESTION)
    await _leave(first)
    first.source.give(*frames[1:])
    first.source.finish()
    await _end(other, heir)

    assert ([heir.bill], False, USAGE) == (first.bill.heirs, first.bill.stays, heir.bill.usage)


@in_virtual_time
async def test_when_the_last_one_of_all_leaves_the_call_ends() -> None:
    """
    Within a second, wherever they listened.
    """
    fleet = Fleet()
    first = await fleet.here.begin(_QUESTION)
    first.source.give(a_delta())
    other, another = await fleet.there.begin(_QUESTION), await fleet.there.begin(_QUESTION)
    await asyncio.sleep(_SOON)
    await _leave(first)
    await _leave(other)
    await asyncio.sleep(_SOON)
    goes_on = not first.source.is_closed
    await _leave(another)
    await asyncio.sleep(_SOON)

    assert (True, True, 0) == (goes_on, first.source.is_closed, fleet.flying())


@in_virtual_time
async def test_one_who_came_as_the_last_one_left_makes_a_call_of_their_own() -> None:
    """
    The owner had not heard of them yet.
    """
    fleet = Fleet()
    first = await fleet.here.begin(_QUESTION)
    other = await fleet.there.begin(_QUESTION)
    other.source.give(*a_stream())
    other.source.finish()
    await _leave(first)
    await asyncio.sleep(_SOON)
    await _end(other)

    assert (True, "fwd=uri-miss") == (other.has_fetched, other.status)


@in_virtual_time
async def test_a_call_that_breaks_breaks_for_all_in_the_same_words() -> None:
    """
    Before it begins, and in its middle.
    """
    fleet = Fleet()
    for begun in (False, True):
        first, other = await fleet.here.begin(_QUESTION), await fleet.there.begin(_QUESTION)
        if begun:
            first.source.give(a_delta())
        await asyncio.sleep(_SOON)
        first.source.finish(UpstreamBroke("It broke."))
        told = [await _failure(one) for one in (first, other)]

        assert ["It broke."] * 2 == [one.message for one in told]
        assert 1 == len({(one.status, one.code, one.kind, one.blame) for one in told})
    assert 0 == fleet.flying()


@in_virtual_time
async def test_when_the_owner_dies_those_who_were_served_are_told_and_the_others_start_anew() -> None:
    """
    One of them makes the call, and they all share it.
    """
    fleet, frames = Fleet(), a_stream("a", "b")
    owner = await fleet.here.begin(_QUESTION)
    owner.source.give(frames[0])
    served = await fleet.there.begin(_QUESTION)
    await asyncio.sleep(_SOON)
    unserved_question = a_question(stream=True, seed=1)
    await fleet.here.begin(unserved_question)
    unserved = await fleet.there.begin(unserved_question)
    unserved_too = await fleet.third.begin(unserved_question)
    for one in (unserved, unserved_too):
        one.source.give(*frames)
        one.source.finish()

    fleet.links[0].is_cut = True
    failure = await _failure(served)
    await _end(unserved, unserved_too)

    assert isinstance(failure, SharedAnswerLost)
    assert frames[:1] == served.sink.frames
    assert [frames] * 2 == [one.sink.frames for one in (unserved, unserved_too)]
    assert 1 == sum(one.has_fetched for one in (unserved, unserved_too))


@in_virtual_time
async def test_an_owner_that_ends_says_so() -> None:
    """
    Nobody waits for its lease: who was served is told at once, and the others start anew.
    """
    fleet, frames = Fleet(), a_stream("a", "b")
    unserved_question = a_question(stream=True, seed=1)
    owner = await fleet.here.begin(_QUESTION)
    owner.source.give(frames[0])
    await fleet.here.begin(unserved_question)
    served, unserved = await fleet.there.begin(_QUESTION), await fleet.there.begin(unserved_question)
    unserved.source.give(*frames)
    unserved.source.finish()
    await asyncio.sleep(_SOON)
    began = asyncio.get_running_loop().time()

    await fleet.here.tasks.finish(0)
    failure = await _failure(served)
    await _end(unserved)

    assert isinstance(failure, SharedAnswerLost)
    assert (True, frames) == (unserved.has_fetched, unserved.sink.frames)
    assert asyncio.get_running_loop().time() - began <= LONGEST_POLL_SECONDS


@in_virtual_time
async def test_a_board_that_is_away_is_no_reason_to_wait() -> None:
    """
    Everyone makes a call of their own.
    """
    fleet = Fleet()
    fleet.board.is_away = True
    readers = [await fleet.here.ask(_QUESTION, a_stream()), await fleet.there.begin(a_question(seed=1))]

    assert [True, True] == [one.has_fetched for one in readers]


@in_virtual_time
async def test_a_board_that_goes_away_in_the_middle_hurts_only_those_elsewhere() -> None:
    """
    They get a typed error soon, the others their answer.
    """
    fleet, frames = Fleet(), a_stream("a", "b")
    first = await fleet.here.begin(_QUESTION)
    first.source.give(frames[0])
    other = await fleet.there.begin(_QUESTION)
    await asyncio.sleep(_SOON)
    fleet.board.is_away = True
    began = asyncio.get_running_loop().time()
    failure = await _failure(other)
    waited = asyncio.get_running_loop().time() - began
    first.source.give(*frames[1:])
    first.source.finish()
    await _end(first)

    assert isinstance(failure, SharedAnswerLost)
    assert abs(waited - PATIENCE_SECONDS) <= LONGEST_POLL_SECONDS
    assert frames == first.sink.frames
    assert 0 == fleet.flying()


@in_virtual_time
async def test_a_board_that_comes_back_in_time_is_not_noticed() -> None:
    """
    What could not be sent is sent again, once.
    """
    fleet, frames = Fleet(), a_stream("a", "b", "c")
    first = await fleet.here.begin(_QUESTION)
    first.source.give(frames[0])
    other = await fleet.there.begin(_QUESTION)
    await asyncio.sleep(_SOON)
    fleet.board.is_away = True
    first.source.give(frames[1])
    await asyncio.sleep(PATIENCE_SECONDS - 0.1)
    fleet.board.is_away = False
    await asyncio.sleep(_SOON)
    first.source.give(*frames[2:])
    first.source.finish()
    await _end(first, other)

    assert frames == other.sink.frames


@in_virtual_time
async def test_an_owner_who_was_alone_and_lost_the_board_ends_with_its_callers() -> None:
    """
    Those elsewhere cannot be heard of any more, so they are no reason to go on.
    """
    fleet = Fleet()
    first = await fleet.here.begin(_QUESTION)
    first.source.give(a_delta())
    await fleet.there.begin(_QUESTION)
    await asyncio.sleep(_SOON)
    fleet.board.is_away = True
    await _leave(first)
    goes_on = not first.source.is_closed
    await asyncio.sleep(LEASE_SECONDS + 1)

    assert (True, True) == (goes_on, first.source.is_closed)


@in_virtual_time
async def test_an_answer_that_is_too_long_to_be_shared_is_lost_elsewhere_alone() -> None:
    """
    What is sent stays until the end, so there is a bound.
    """
    fleet = Fleet()
    question = a_question(stream=True, rules={"max_answer_bytes": 16 * 1024**2})
    first, other = await fleet.here.begin(question), await fleet.there.begin(question)
    await asyncio.sleep(_SOON)
    for _ in range(9):
        first.source.give(a_delta("x" * (MOST_SENT_BYTES // 8)))
        await asyncio.sleep(0.1)
    failure = await _failure(other)
    first.source.give(*a_stream())
    first.source.finish()
    await _end(first)

    assert isinstance(failure, SharedAnswerLost)
    assert 9 + len(a_stream()) == len(first.sink.frames)


@in_virtual_time
async def test_pieces_that_were_lost_or_changed_are_no_answer() -> None:
    """
    Whoever was served is told so.
    """
    for spoil in (_forget, _change):
        fleet = Fleet()
        first = await fleet.here.begin(_QUESTION)
        first.source.give(a_delta())
        other = await fleet.there.begin(_QUESTION)
        await asyncio.sleep(_SOON)
        first.source.give(a_delta())
        await asyncio.sleep(0)
        spoil(fleet.board)
        assert isinstance(await _failure(other), SharedAnswerLost)
        await _leave(first)


def _forget(board: MemoryBoard) -> None:
    board.pieces.clear()


def _change(board: MemoryBoard) -> None:
    for token, (until, pieces) in board.pieces.items():
        board.pieces[token] = (until, [*pieces, b"x" * 40])


@in_virtual_time
async def test_whose_tokens_are_used_up_may_listen_to_a_call_of_another_process() -> None:
    """
    They make none of their own, and nobody waits for them.
    """
    fleet, refusal = Fleet(), LimitExceeded("no tokens are left")
    first = await fleet.here.begin(_QUESTION)
    poor = fleet.there.reader(_QUESTION)
    is_free = await poor.inquiry.is_free(refusal)
    reading = asyncio.ensure_future(poor.read())
    await asyncio.sleep(_SOON)
    flying = fleet.there.librarian.flying
    first.source.give(*a_stream())
    first.source.finish()
    await reading

    assert (True, 0, False) == (is_free, flying, poor.has_fetched)
    assert a_stream() == poor.sink.frames
    assert "fwd=uri-miss; collapsed" == poor.status


@in_virtual_time
async def test_whose_tokens_are_used_up_is_refused_when_the_call_is_lost_before_it_begins() -> None:
    """
    Nothing is called for them.
    """
    fleet, refusal = Fleet(), LimitExceeded("no tokens are left")
    first = await fleet.here.begin(_QUESTION)
    poor = fleet.there.reader(_QUESTION)
    is_free = await poor.inquiry.is_free(refusal)
    reading = asyncio.ensure_future(poor.read())
    await asyncio.sleep(0.1)
    await _leave(first)
    fleet.links[0].is_cut = True
    (told,) = await asyncio.gather(reading, return_exceptions=True)

    assert (True, refusal, False) == (is_free, told, poor.has_fetched)
    assert "fwd=uri-miss" == (await fleet.third.ask(_QUESTION, a_stream())).status


@in_virtual_time
async def test_asking_whether_a_call_is_under_way_leaves_nothing_behind() -> None:
    """
    The next one who asks owns the call at once.
    """
    fleet = Fleet()
    poor = fleet.there.reader(_QUESTION)
    is_free = await poor.inquiry.is_free(LimitExceeded("no tokens are left"))
    began = asyncio.get_running_loop().time()
    reader = await fleet.here.ask(_QUESTION, a_stream())

    assert (False, True) == (is_free, reader.has_fetched)
    assert began == asyncio.get_running_loop().time()


@in_virtual_time
async def test_whoever_wants_a_new_answer_or_shares_nothing_has_no_business_with_the_board() -> None:
    """
    `no-cache`, and `share: false`.
    """
    fleet = Fleet()
    await fleet.here.ask(_QUESTION, a_stream(), {b"cache-control": b"no-cache"})
    await fleet.here.ask(a_question(rules={"share": False}, seed=1), [a_whole()])

    assert [] == fleet.board.calls


@in_virtual_time
async def test_a_claim_of_one_who_vanished_is_soon_nobodys() -> None:
    """
    Whoever waited for them makes the call.
    """
    fleet = Fleet()
    first = await fleet.here.begin(_QUESTION)
    fleet.links[0].is_cut = True
    other = await fleet.there.begin(_QUESTION)
    other.source.give(*a_stream())
    other.source.finish()
    began = asyncio.get_running_loop().time()
    await _end(other)

    assert other.has_fetched
    assert asyncio.get_running_loop().time() - began <= CLAIM_SECONDS + LONGEST_POLL_SECONDS
    await _leave(first)
