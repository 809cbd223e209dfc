"""Clients are lent, taken back, and let go when nobody uses them."""

import asyncio
from typing import Any

from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.trust import trusting_context
from gateway.upstreams.httpx2_lane import AGE_SECONDS, IDLE_SECONDS, Lane, lane_key
from tests.fakes.upstream_calls import an_upstream
from tests.fakes.virtual_time import in_virtual_time


def _raise(error: BaseException) -> None:
    raise error


def a_lane(**settings: Any) -> Lane:
    """Return a lane that nobody has used."""
    return Lane(lane_key(an_upstream(1, **settings)), trusting_context(), LastTasks(_raise))


@in_virtual_time
async def test_each_call_has_a_client_to_itself() -> None:
    """
    One that was given back clean is lent again, the one used last first; an unclean one never.
    """
    lane = a_lane()
    first, second, third = lane.lend(), lane.lend(), lane.lend()

    lane.take_back(first, is_clean=True)
    lane.take_back(second, is_clean=True)
    lane.take_back(third, is_clean=False)

    assert 3 == len({first, second, third})
    assert lane.lend(fresh=True) not in {first, second, third}
    assert [second, first] == [lane.lend(), lane.lend()]
    assert 0 == lane.spare_clients


@in_virtual_time
async def test_what_nobody_used_for_a_while_is_let_go() -> None:
    """
    The spare ones by their age, one after another; none before its time.
    """
    lane = a_lane()
    early, late = lane.lend(), lane.lend()
    lane.take_back(early, is_clean=True)
    await asyncio.sleep(IDLE_SECONDS / 2)
    lane.take_back(late, is_clean=True)

    counts = []
    for pause in (IDLE_SECONDS / 2 - 0.1, 0.2, IDLE_SECONDS / 2 - 0.2, 0.2):
        await asyncio.sleep(pause)
        counts.append(lane.spare_clients)

    assert [2, 1, 1, 0] == counts


@in_virtual_time
async def test_age_ends_even_a_busy_client() -> None:
    """
    So that a change of addresses is noticed.
    """
    lane = a_lane()
    first, now = lane.lend(), asyncio.get_running_loop().time()
    lent = [first]
    while lent[-1] is first:
        await asyncio.sleep(IDLE_SECONDS / 2)
        lane.take_back(lent[-1], is_clean=True)
        lent.append(lane.lend())

    assert AGE_SECONDS == asyncio.get_running_loop().time() - now


@in_virtual_time
async def test_a_lane_that_retires_leaves_nothing() -> None:
    """
    Neither clients nor a timer.
    """
    lanes = [a_lane(), a_lane()]
    for lane in lanes:
        lane.take_back(lane.lend(), is_clean=True)

    for lane in lanes:
        lane.retire()

    assert [0, 0] == [lane.spare_clients for lane in lanes]
