"""Whoever looks for an answer claims its call in the same step, and what nobody uses is given up at once."""

import asyncio

from gateway.cache.memory_store import MemoryStore
from gateway.cache.replicas.board import Callsign, Found
from gateway.cache.replicas.receiver import LONGEST_POLL_SECONDS
from gateway.cache.store import Address, Look
from gateway.foundation.clock import FakeClock
from gateway.limits.refusals import LimitExceeded
from tests.fakes.cache_values import a_question, a_stream
from tests.fakes.memory_board import BoardLink, MemoryBoard
from tests.fakes.reading_room import Reader, ReadingRoom
from tests.fakes.virtual_time import in_virtual_time, settle_down

_QUESTION = a_question(stream=True)


class CountedStore(MemoryStore):
    """A store that counts who looks without the board."""

    looks = 0

    def look(self, address: Address) -> Look:
        """Count."""
        self.looks += 1
        return super().look(address)


class Fleet:
    """Two processes over one board."""

    def __init__(self) -> None:
        self.store = CountedStore(FakeClock(), 10_000_000)
        # The board looks into another one, so that only looks of its own are counted.
        self.board = MemoryBoard(self.store)
        self.here, self.there = (ReadingRoom(self.store, board=BoardLink(self.board)) for _ in range(2))


class SilentLink(BoardLink):
    """A way to a board that does not answer yet."""

    def __init__(self, board: MemoryBoard) -> None:
        super().__init__(board)
        self.claims: list[asyncio.Future[Found]] = []

    def claim(self, callsign: Callsign, kept: bytes | None) -> "asyncio.Future[Found]":  # noqa: ARG002 - it is not sent
        """Let it wait."""
        self.claims.append(asyncio.get_running_loop().create_future())
        return self.claims[-1]


async def _answered(reader: Reader) -> Reader:
    reader.source.give(*a_stream())
    reader.source.finish()
    await reader.read()
    await settle_down()
    return reader


@in_virtual_time
async def test_a_miss_is_one_word_with_the_board_before_its_call_and_one_after() -> None:
    """
    And a hit is one.
    """
    fleet = Fleet()
    await fleet.here.ask(_QUESTION, a_stream())
    missed = list(fleet.board.calls)
    hit = await fleet.there.ask(_QUESTION, [])

    assert (["claim", "beat"], ["claim", "beat", "claim"]) == (missed, fleet.board.calls)
    assert "hit; ttl=3600" == hit.status
    assert 2 == fleet.store.looks, "each of them within a claim"


@in_virtual_time
async def test_whoever_is_refused_after_their_look_leaves_nothing_behind() -> None:
    """
    Whoever asks next owns the call, without waiting for a moment.
    """
    fleet = Fleet()
    refused = fleet.here.reader(_QUESTION)
    refused.inquiry.close()
    began = asyncio.get_running_loop().time()
    reader = await _answered(fleet.there.reader(_QUESTION))

    assert (True, began) == (reader.has_fetched, asyncio.get_running_loop().time())
    assert ["claim", "release", "claim", "beat"] == fleet.board.calls


@in_virtual_time
async def test_whoever_waited_elsewhere_for_a_call_that_is_not_made_makes_it() -> None:
    """
    As soon as they look again.
    """
    fleet = Fleet()
    refused = fleet.here.reader(_QUESTION)
    waiting = await fleet.there.begin(_QUESTION)
    waiting.source.give(*a_stream())
    waiting.source.finish()
    await asyncio.sleep(0.1)
    refused.inquiry.close()
    began = asyncio.get_running_loop().time()
    assert waiting.task is not None
    await waiting.task

    assert (True, a_stream()) == (waiting.has_fetched, waiting.sink.frames)
    assert asyncio.get_running_loop().time() - began <= LONGEST_POLL_SECONDS


@in_virtual_time
async def test_the_claim_of_one_who_waits_is_used_by_another_of_the_same_process() -> None:
    """
    Who comes later may go on first; then the one who claimed joins them, and may leave.
    """
    fleet = Fleet()
    slow = fleet.here.reader(_QUESTION)
    quick = await fleet.here.begin(_QUESTION)
    third = await fleet.there.begin(_QUESTION)
    leaver = fleet.here.reader(_QUESTION)
    slow.task = asyncio.ensure_future(slow.read())
    await settle_down()
    leaver.inquiry.close()
    quick.source.give(*a_stream())
    quick.source.finish()
    await asyncio.gather(*(one.task for one in (slow, quick, third) if one.task))

    assert [False, True, False] == [one.has_fetched for one in (slow, quick, third)]
    assert ["fwd=uri-miss; collapsed", "fwd=uri-miss"] == [slow.status, quick.status]
    assert [a_stream()] * 3 == [one.sink.frames for one in (slow, quick, third)]
    assert 2 == fleet.board.calls.count("claim")
    assert "release" not in fleet.board.calls


@in_virtual_time
async def test_whoever_leaves_with_a_claim_that_another_used_ends_nothing() -> None:
    """
    It belongs to the flight from then on.
    """
    fleet = Fleet()
    leaver = fleet.here.reader(_QUESTION)
    quick = await fleet.here.begin(_QUESTION)
    leaver.inquiry.close()
    other = await fleet.there.begin(_QUESTION)
    quick.source.give(*a_stream())
    quick.source.finish()
    await asyncio.gather(*(one.task for one in (quick, other) if one.task))

    assert (False, a_stream()) == (other.has_fetched, other.sink.frames)


@in_virtual_time
async def test_whoever_leaves_before_the_board_has_answered_leaves_nothing_behind() -> None:
    """
    And is no reason for another one here to wait, or to go without a claim.
    """
    link = SilentLink(MemoryBoard())
    room = ReadingRoom(board=link)
    leaver = await room.begin(_QUESTION)
    assert leaver.task is not None
    leaver.task.cancel()
    await asyncio.wait([leaver.task])
    await room.begin(_QUESTION)

    # What is cancelled is released by the board when it arrives.
    assert [True, False] == [claim.cancelled() for claim in link.claims]


@in_virtual_time
async def test_whose_tokens_are_used_up_takes_no_claim_from_others() -> None:
    """
    What they claimed with their look is given up when they are refused.
    """
    fleet = Fleet()
    poor = fleet.here.reader(_QUESTION)
    is_free = await poor.inquiry.is_free(LimitExceeded("no tokens are left"))
    reader = await _answered(fleet.there.reader(_QUESTION))
    poor.inquiry.close()

    assert (False, True) == (is_free, reader.has_fetched)
    assert ["claim", "release", "claim", "beat"] == fleet.board.calls
