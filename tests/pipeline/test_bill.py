"""A call is paid for by whoever goes on with it, and holds nobody who has left."""

import gc

from gateway.pipeline.bill import Bill
from gateway.pipeline.exchange_log import ExchangeLog
from gateway.upstreams.refusals import UpstreamRefused
from gateway.vocabulary.ending import Ending
from gateway.vocabulary.usage import Usage
from tests.fakes.builders import REPORTED_USAGE, a_delta, a_diagnosis, a_target, delta_event
from tests.fakes.cache_values import some_cache_terms
from tests.fakes.caller_side import ScriptedDoorway
from tests.fakes.exchanges import Exchange
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
