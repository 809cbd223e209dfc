"""Any history of reservations, settlements, repetitions and late comers, told to both ledgers at once."""

import asyncio
from collections.abc import Iterator
from itertools import count
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.redis_link.address import parse_address
from gateway.foundation.redis_link.dialling import Dialler
from gateway.foundation.redis_link.link import RedisLink
from gateway.limits.ledger import Hold
from gateway.limits.memory_ledger import MemoryLedger
from gateway.limits.redis_ledger import RedisLedger
from gateway.limits.verdict import Verdict
from tests.fakes.ledgers import NOON_MS, a_sheet, at_once, requests, spend, taught, tokens
from tests.fakes.redis_server import RedisServer

_tags = (f"history-{number}" for number in count())
_CAPACITIES = (6, 200, 40, 3)
_amounts = st.tuples(
    st.just(1), st.integers(0, 120), st.integers(0, 25), st.just(1)
)  # requests, tokens, micro-dollars, places


class Histories(RuleBasedStateMachine):
    """Two ledgers that must always say the same, and never more than a limit."""

    redis: ClassVar[RedisServer]
    runner: ClassVar[asyncio.Runner]
    link: ClassVar[RedisLink]

    def __init__(self) -> None:
        super().__init__()
        self.now_ms = NOON_MS
        self.sheet = a_sheet(
            requests(_CAPACITIES[0], 10),
            tokens(_CAPACITIES[1], 60),
            spend("0.00004", "hour"),
            at_once(_CAPACITIES[3]),
            tag=next(_tags),
        )
        self.memory = MemoryLedger(lambda: self.now_ms, sweep_every_ms=2**62)
        self.shared = RedisLedger(self.link, lambda: self.now_ms, redis_ms=lambda: self.now_ms)
        self.open: dict[str, Hold] = {}
        self.known: list[Hold] = []
        self.serial = 0

    def ask(self, coroutine: Any) -> Verdict:
        """Ask one of them."""
        verdict: Verdict = self.runner.run(coroutine)
        return verdict

    def reserve_on_both(self, hold: Hold) -> Verdict:
        """Reserve on both and compare what they say."""
        mine, theirs = self.ask(self.memory.reserve(hold)), self.ask(self.shared.reserve(hold))
        if mine.is_granted or mine.failed >= 0:
            assert mine == theirs
        else:
            assert not theirs.is_granted
        return mine

    def settle_on_both(self, hold: Hold, used: tuple[int, ...]) -> None:
        """Settle on both."""

        async def settle() -> Verdict:
            self.shared.settle(hold, used)
            return await self.shared.look(self.sheet)

        self.memory.settle(hold, used)
        self.ask(settle())

    @rule(amounts=_amounts)
    def reserve(self, amounts: tuple[int, ...]) -> None:
        """A new exchange."""
        self.serial += 1
        hold = Hold(f"r{self.serial}", self.sheet, amounts)
        self.known.append(hold)
        if self.reserve_on_both(hold).is_granted:
            self.open[hold.reservation_id] = hold

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """A reservation that comes once more, late or because its reply was lost."""
        hold = data.draw(st.sampled_from(self.known))
        was_open = hold.reservation_id in self.open
        if self.reserve_on_both(hold).is_granted and not was_open:
            self.open[hold.reservation_id] = hold

    @precondition(lambda self: self.known)
    @rule(data=st.data(), share=st.integers(0, 100))
    def settle(self, data: st.DataObject, share: int) -> None:
        """An exchange that ended, also one that was settled or refused before."""
        hold = data.draw(st.sampled_from(self.known))
        used = tuple([amount * share // 100 for amount in hold.amounts])
        self.settle_on_both(hold, used)
        self.open.pop(hold.reservation_id, None)

    @rule()
    def release_before(self) -> None:
        """A waiter who was cancelled before its reservation arrived, which then comes late."""
        self.serial += 1
        hold = Hold(f"r{self.serial}", self.sheet, (1, 5, 1, 1))
        self.settle_on_both(hold, (0, 0, 0, 0))
        assert not self.reserve_on_both(hold).is_granted

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def renew(self, data: st.DataObject) -> None:
        """An exchange that still runs."""
        hold = data.draw(st.sampled_from(sorted(self.open)))

        async def renew() -> Verdict:
            self.shared.renew(self.open[hold])
            return await self.shared.look(self.sheet)

        self.memory.renew(self.open[hold])
        self.ask(renew())

    @rule(milliseconds=st.sampled_from([1, 167, 999, 5_000, 10_200, 29_000, 61_000]))
    def wait(self, milliseconds: int) -> None:
        """Time passes."""
        self.now_ms += milliseconds

    @rule(milliseconds=st.sampled_from([300, 30_000, 7_300_000]))
    def fall_back(self, milliseconds: int) -> None:
        """The clock is put back."""
        self.now_ms -= milliseconds

    @invariant()
    def agree_within_the_limits(self) -> None:
        """Both tell the same standings, and nothing is over its limit but places held by late renewals."""
        mine, theirs = self.ask(self.memory.look(self.sheet)), self.ask(self.shared.look(self.sheet))
        assert mine == theirs
        assert all(standing.left >= 0 for standing in mine.standings[:3])

    def teardown(self) -> None:
        """Whatever was reserved and settled as unused is there again: nothing leaks, nothing is made."""
        self.agree_within_the_limits()
        for hold in self.known:
            self.settle_on_both(hold, (0, 0, 0, 0))
        assert self.memory.held == 0
        self.now_ms += 10**10
        assert [*_CAPACITIES] == [one.left for one in self.ask(self.memory.look(self.sheet)).standings]


@pytest.fixture
def machine(redis_server: RedisServer) -> Iterator[type[Histories]]:
    """The machine, linked to a real Redis."""
    with asyncio.Runner() as runner:
        faults: list[BaseException] = []

        async def opened() -> RedisLink:
            link = RedisLink(Dialler(parse_address(redis_server.url)), LastTasks(faults.append))
            await link.open()
            await taught(RedisLedger(link, lambda: NOON_MS))
            return link

        Histories.runner, Histories.redis = runner, redis_server
        Histories.link = runner.run(opened())
        yield Histories
        runner.run(Histories.link.close())
    assert [] == faults


@pytest.mark.slow
def test_both_ledgers_tell_the_same_history(machine: type[Histories]) -> None:
    """
    Random interleavings, cancellations, late replies, and a clock that jumps.
    """
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
