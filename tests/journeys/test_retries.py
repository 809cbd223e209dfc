"""A route of one server: what is tried again there, and what is not."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.house import House, PolicyFolder, a_house

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

MODES = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
# The gateway backs off by up to half a second where the upstream names no time.
SOON = "0.01"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def small_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    def change(policies: PolicyFolder) -> None:
        policies.model["retries"] = {"attempts": 3, "seconds": 5}
        policies.upstreams["first"]["timeouts"] = {"first_token_seconds": 0.2, "total_seconds": 1.0}

    async with a_house(tmp_path_factory.mktemp("small"), change) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def house(small_house: House) -> House:
    small_house.begin_anew()
    return small_house


@MODES
async def test_a_passing_failure_is_tried_again(house: House, *, stream: bool) -> None:
    """
    503, then a good answer: the caller sees one answer, the record two attempts.
    """
    house.simulator.next(Misbehaviour(status=503, retry_after=SOON))

    answer = await house.chat("[[sim:text=good]]", stream=stream)

    record = await house.record()
    assert 200 == answer.status
    assert ["first", "first"] == record["destinations"]
    assert answer.is_whole or not stream


async def test_attempts_are_bounded(house: House) -> None:
    """
    After so many tries the last failure is the answer.
    """
    house.simulator.always(Misbehaviour(status=503, retry_after=SOON))

    answer = await house.chat()

    assert 503 == answer.status
    assert 3 == len(house.simulator.records)


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (Misbehaviour(status=402), "upstream_balance_exhausted"),
        (Misbehaviour(error="balance"), "upstream_balance_exhausted"),
        (Misbehaviour(status=401), "upstream_credential_rejected"),
        (Misbehaviour(status=404), "upstream_misconfigured"),
        (Misbehaviour(slow_head=5), "upstream_timeout"),
    ],
    ids=["402", "balance-429", "401", "404", "slow"],
)
async def test_what_does_not_pass_by_itself_is_not_tried_again(
    house: House, behaviour: Misbehaviour, code: str
) -> None:
    """
    An empty balance or a wrong credential stays so; one attempt tells.
    """
    house.simulator.always(behaviour)

    answer = await house.chat()

    assert code == answer.error["code"]
    assert 1 == len(house.simulator.records)


async def test_a_retry_waits_as_long_as_it_was_asked_to(house: House) -> None:
    """
    Retry-After is a promise: the next attempt begins no earlier.
    """
    house.simulator.next(Misbehaviour(status=429, retry_after="0.3"))

    await house.chat()

    first, second = house.simulator.records
    assert first.ended_at is not None
    assert second.started_at - first.ended_at >= 0.3


async def test_a_wait_beyond_the_routes_time_is_not_begun(house: House) -> None:
    """
    The caller is told at once, and how long to wait.
    """
    house.simulator.next(Misbehaviour(status=429, retry_after="60"))

    answer = await house.chat()

    assert (429, "60") == (answer.status, answer.headers["retry-after"])
    assert 1 == len(house.simulator.records)


@MODES
async def test_a_connection_closed_while_idle_is_no_failure(house: House, *, stream: bool) -> None:
    """
    The upstream closed a kept connection just then: the call is sent once more on a fresh one.
    """
    house.simulator.next(Misbehaviour(hang_up=True))
    await house.chat(stream=stream)

    answer = await house.chat(stream=stream)

    assert 200 == answer.status
