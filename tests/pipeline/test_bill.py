"""A call is paid for once, by whoever goes on with it, and holds nobody who has left and pays nothing."""

import asyncio
import gc

from gateway.audit.running import Running
from gateway.pipeline.bill import Bill
from gateway.pipeline.exchange_log import ExchangeLog
from gateway.upstreams.refusals import UpstreamRefused
from gateway.vocabulary.ending import Ending
from gateway.vocabulary.usage import Usage
from tests.fakes.audit_side import SilentScribe
from tests.fakes.builders import DONE_EVENT, REPORTED_USAGE, a_delta, a_diagnosis, a_target, delta_event
from tests.fakes.cache_values import some_cache_terms
from tests.fakes.caller_side import ScriptedDoorway
from tests.fakes.exchanges import Exchange
from tests.fakes.memory_board import BoardLink, MemoryBoard
from tests.fakes.small_house import SmallHouse, a_chat_body
from tests.fakes.upstream_side import SILENCE, ScriptedReply, ScriptedTransport
from tests.fakes.virtual_time import in_virtual_time, settle_down

NOTHING = Usage()


def test_a_call_that_is_passed_on_is_paid_by_the_heir() -> None:
    """
    The one who leaves pays nothing of it; the tries that follow are the heir's.
    """
    leaver = Exchange().be_answered(a_delta())
    heir = Exchange().be_identified()
    bill = Bill(leaver.log)

    bill.pass_on(Bill(heir.log))
    left = leaver.log.close(Ending.CALLER_LEFT)
    bill.failed(UpstreamRefused(a_diagnosis()))
    bill.began(a_target("second"))
    bill.repeated()
    bill.began(a_target("third"))
    bill.withheld()
    bill.began(a_target("second"))
    heir.log.source = heir.source
    bill.reported(REPORTED_USAGE)
    done = heir.log.close(Ending.FINISHED)

    assert (NOTHING, [(None, "caller_left")]) == (
        left.usage,
        [(attempt.status, attempt.error) for attempt in left.attempts],
    )
    assert REPORTED_USAGE == done.usage
    assert ["upstream_error", "connection_lost", None] == [attempt.error for attempt in done.attempts]
    assert ["first", "second", "second"] == [attempt.upstream for attempt in done.attempts]


def test_a_call_that_was_not_begun_yet_is_passed_on_too() -> None:
    """
    Between two tries.
    """
    leaver, heir = Exchange().be_identified(), Exchange().be_identified()
    bill = Bill(leaver.log)

    bill.pass_on(Bill(heir.log))
    bill.began(a_target())

    assert ((), 1) == (
        leaver.log.close(Ending.CALLER_LEFT).attempts,
        len(heir.log.close(Ending.FINISHED).attempts),
    )


def _held(before: set[int]) -> int:
    """How many exchanges of this test are still held by anyone."""
    gc.collect()
    return len([one for one in gc.get_objects() if isinstance(one, ExchangeLog) and id(one) not in before])


@in_virtual_time
async def test_whoever_left_a_shared_call_is_let_go_of() -> None:
    """
    However many have passed a long call on, only those who still listen are held.
    """
    before = {id(one) for one in gc.get_objects() if isinstance(one, ExchangeLog)}
    transport = ScriptedTransport(ScriptedReply(delta_event(), SILENCE))
    house = SmallHouse(transport, cache=some_cache_terms())
    doors = [ScriptedDoorway(a_chat_body(stream=True)) for _ in range(4)]
    held = []

    for door, next_door in zip(doors, [*doors[1:], None], strict=True):
        if door is doors[0]:
            task = await house.visited(door)
        if next_door is not None:
            following = await house.visited(next_door)
        held.append(_held(before))
        door.leave()
        await settle_down()
        await task
        house.listener.outcomes.clear()
        task = following

    assert [2, 2, 2, 1] == held
    assert 1 == len(transport.asked)


def test_an_heir_that_leaves_at_once_pays_for_all_that_came() -> None:
    """
    Though it had read nothing of it yet.
    """
    leaver, heir = Exchange().be_answered(a_delta()), Exchange().be_identified()
    bill = Bill(leaver.log)

    bill.pass_on(Bill(heir.log))
    bill.counted(5)

    left = [one.log.close(Ending.CALLER_LEFT).usage.completion_tokens for one in (leaver, heir)]
    assert [0, 5] == left


class TwoHouses:
    """Two processes over one board, and a stream that does not end by itself."""

    def __init__(self) -> None:
        board = MemoryBoard()
        self.transport = ScriptedTransport(ScriptedReply(*[delta_event()] * 5, SILENCE))
        terms = some_cache_terms()
        self.here = SmallHouse(self.transport, board=board, cache=terms)
        self.there = SmallHouse(ScriptedTransport(), board=board, cache=terms)
        self.tasks: list[asyncio.Task[None]] = []

    async def enter(self, house: SmallHouse) -> ScriptedDoorway:
        """Let a caller in, and return once those elsewhere are heard of."""
        door = ScriptedDoorway(a_chat_body(stream=True))
        self.tasks.append(await house.visited(door))
        await asyncio.sleep(2)
        return door

    @property
    def paid(self) -> tuple[list[int], list[int]]:
        """The completion tokens of every exchange that has ended, here and there."""
        houses = (self.here, self.there)
        here, there = ([one.usage.completion_tokens for one in house.listener.outcomes] for house in houses)
        return here, there


@in_virtual_time
async def test_whoever_leaves_last_here_pays_though_those_elsewhere_leave_in_the_same_moment() -> None:
    """
    Nobody could have told them: the call is settled once, when it is over.
    """
    houses = TwoHouses()
    here, there = await houses.enter(houses.here), await houses.enter(houses.there)
    here.leave()
    there.leave()
    await asyncio.wait(houses.tasks)
    during = houses.paid
    await asyncio.sleep(2)

    assert (([], [0]), ([5], [0])) == (during, houses.paid)
    assert [1, 1] == [len(house.ledger.settled) for house in (houses.here, houses.there)]


@in_virtual_time
async def test_those_who_leave_elsewhere_while_others_go_on_pay_nothing_of_it() -> None:
    """
    What was given to them is not counted twice.
    """
    houses = TwoHouses()
    here, there = await houses.enter(houses.here), await houses.enter(houses.there)
    here.leave()
    another = await houses.enter(houses.there)
    there.leave()
    await asyncio.sleep(2)
    another.leave()
    await asyncio.wait(houses.tasks)
    await asyncio.sleep(2)

    assert ([5], [0, 0]) == houses.paid
    assert 1 == len(houses.transport.asked)


@in_virtual_time
async def test_a_call_that_begins_late_is_made_in_the_name_of_whoever_pays_then() -> None:
    """
    The one who wanted it first has left, and their exchange is written down as over; nothing of it stays.
    """
    board = MemoryBoard()
    owner = BoardLink(board)
    transport = ScriptedTransport(ScriptedReply(delta_event(), DONE_EVENT))
    dying = SmallHouse(ScriptedTransport(SILENCE), board=owner, cache=some_cache_terms())
    house = SmallHouse(transport, board=board, cache=some_cache_terms())
    lost = await dying.visited(ScriptedDoorway(a_chat_body(stream=True)))
    leaver, stayer = (ScriptedDoorway(a_chat_body(stream=True, user=name)) for name in ("ann", "bob"))
    tasks = [await house.visited(door) for door in (leaver, stayer)]
    leaver.leave()
    await settle_down()

    owner.is_cut = True
    await asyncio.wait([tasks[1]])

    left, stayed = (outcome.arrival.request_id for outcome in house.listener.outcomes)
    scribe = house.pipeline._trail._scribe
    assert isinstance(scribe, SilentScribe)
    assert [stayed] == [
        subject.admission.arrival.request_id
        for _, subject, _ in scribe.put_so_far
        if isinstance(subject, Running)
    ]
    assert left not in house.pipeline._trail._running
    lost.cancel()


@in_virtual_time
async def test_what_is_settled_late_is_settled_before_a_process_ends() -> None:
    """
    The call is ended with the background work, and its bill with it.
    """
    houses = TwoHouses()
    here, _there = await houses.enter(houses.here), await houses.enter(houses.there)
    here.leave()
    await asyncio.sleep(1)
    await houses.here.tasks.finish(0)

    assert [5] == houses.paid[0]
    await asyncio.wait(houses.tasks)
