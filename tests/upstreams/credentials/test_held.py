"""A credential is renewed in time, by one attempt for all, and an old one is used while it is good."""

import asyncio
from dataclasses import replace
from math import inf

import pytest

from gateway.foundation.clock import Clock, FakeClock
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.secret import Secret
from gateway.upstreams.credentials.held import HeldCredential
from gateway.upstreams.credentials.obtaining import NotObtained, Obtained
from gateway.upstreams.refusals import CredentialUnavailable
from tests.fakes.builders import a_target
from tests.fakes.virtual_time import LoopClock, in_virtual_time


class Source:
    """Where credentials come from; counts how often it is asked."""

    def __init__(self, fresh_seconds: float = 50.0, good_seconds: float = 100.0) -> None:
        self.asked = 0
        self.fails = False
        self.is_gone = False
        self.lifetime = (fresh_seconds, good_seconds)

    async def obtain(self) -> Obtained:
        """Give the next one, or fail."""
        self.asked += 1
        await asyncio.sleep(0)
        if self.fails:
            raise NotObtained("it is down", wait_seconds=20.0, is_gone=self.is_gone)
        return Obtained(Secret(f"token-{self.asked}"), *self.lifetime)


class Rig:
    """One credential that is held, its source and its clock."""

    def __init__(self, source: Source, clock: Clock | None = None) -> None:
        self.source = source
        self.clock = FakeClock()
        self.tasks = LastTasks(lambda _: None)
        self.told: list[str | None] = []
        self.held = HeldCredential(source.obtain, clock or self.clock, self.tasks, self.told.append)
        self.target = a_target()

    async def credential(self) -> str:
        """Return what a call is equipped with."""
        secret = (await self.held.equip(self.target)).upstream.credential
        assert secret is not None
        return secret.reveal()


@pytest.fixture
def rig() -> Rig:
    return Rig(Source())


async def test_those_who_come_first_wait_for_one_attempt(rig: Rig) -> None:
    """
    And those after them wait for nothing.
    """
    found = await asyncio.gather(*(rig.credential() for _ in range(10)))

    assert ["token-1"] * 10 == found
    assert "token-1" == await rig.credential()
    assert 1 == rig.source.asked


async def test_a_target_is_equipped_once(rig: Rig) -> None:
    """
    The same object for the same target, the same upstream for its sisters, until the credential changes.
    """
    sister = replace(rig.target, model="another")

    first, again = await rig.held.equip(rig.target), await rig.held.equip(rig.target)
    other = await rig.held.equip(sister)

    assert first is again
    assert first.upstream is other.upstream
    assert ("another", rig.target.upstream.origin) == (other.model, other.upstream.origin)


async def test_it_is_renewed_early_beside_the_calls(rig: Rig) -> None:
    """
    Nobody waits for it, and the new one is used from then on.
    """
    await rig.credential()
    rig.clock.advance(50)

    assert "token-1" == await rig.credential()
    await rig.tasks.finish(1)

    assert ["token-2", "token-2"] == [await rig.credential(), await rig.credential()]
    assert 2 == rig.source.asked


async def test_an_old_one_is_used_while_it_is_good(rig: Rig) -> None:
    """
    Its source may fail meanwhile; it is not asked all the time, and the operator hears of it.
    """
    await rig.credential()
    rig.source.fails = True
    rig.clock.advance(50)
    for _ in range(5):
        assert "token-1" == await rig.credential()
        await rig.tasks.finish(1)
        rig.clock.advance(1)
    assert 2 == rig.source.asked

    rig.clock.advance(45)
    with pytest.raises(CredentialUnavailable):
        await rig.credential()
    assert 3 == rig.source.asked

    rig.source.fails = False
    rig.clock.advance(20)
    assert "token-4" == await rig.credential()
    # A trouble is told once, and that it is over.
    assert ["it is down", None] == rig.told


async def test_one_that_was_taken_away_is_used_no_more() -> None:
    """
    However long it might have been good.
    """
    rig = Rig(Source(2.0, inf))
    await rig.credential()
    rig.source.fails = rig.source.is_gone = True
    rig.clock.advance(2)
    await rig.credential()
    await rig.tasks.finish(1)

    with pytest.raises(CredentialUnavailable):
        await rig.credential()


async def test_without_any_a_call_is_refused_at_once(rig: Rig) -> None:
    """
    503 with a time to come back, and one attempt for a while.
    """
    rig.source.fails = True
    refusals = []
    for _ in range(10):
        with pytest.raises(CredentialUnavailable) as refused:
            await rig.credential()
        refusals.append(refused.value)

    assert 1 == rig.source.asked
    assert {(503, "upstream_credential_unavailable", 20.0, False, True)} == {
        (one.status, one.code, one.retry_after, one.retry_here, one.try_next) for one in refusals
    }


async def test_one_who_leaves_does_not_stop_the_attempt(rig: Rig) -> None:
    """
    It belongs to nobody.
    """
    leaver = asyncio.create_task(rig.credential())
    waiter = asyncio.create_task(rig.credential())
    await asyncio.sleep(0)
    leaver.cancel()

    assert "token-1" == await waiter
    assert 1 == rig.source.asked


async def test_a_rejected_token_is_replaced(rig: Rig) -> None:
    """
    But its endpoint is not asked for each rejection.
    """
    await rig.credential()
    assert rig.held.reject(Secret("an older one"))
    assert "token-1" == await rig.credential()

    assert not rig.held.reject(Secret("token-1"))
    with pytest.raises(CredentialUnavailable):
        await rig.credential()
    assert 1 == rig.source.asked
    rig.clock.advance(5)
    assert "token-2" == await rig.credential()
    rig.clock.advance(5)
    assert rig.held.reject(Secret("token-2"))
    assert "token-3" == await rig.credential()


async def test_a_rejected_credential_of_a_person_stays_until_there_is_another() -> None:
    """
    The upstream's own answer says more than ours could.
    """
    rig = Rig(Source(2.0, inf))
    await rig.credential()
    assert not rig.held.reject(Secret("token-1"))

    assert "token-1" == await rig.credential()
    rig.clock.advance(5)
    await rig.credential()
    await rig.tasks.finish(1)
    assert "token-2" == await rig.credential()


async def test_nothing_prints_the_credential(rig: Rig) -> None:
    """
    Neither the target nor who holds it.
    """
    target = await rig.held.equip(rig.target)

    assert "token-1" not in f"{target!r} {rig.held!r}"


class Hanging(Source):
    """A mount that does not answer until somebody looks after it."""

    def __init__(self) -> None:
        super().__init__(fresh_seconds=inf, good_seconds=inf)
        self.mended = asyncio.Event()

    async def obtain(self) -> Obtained:
        """Hang."""
        self.asked += 1
        await self.mended.wait()
        return Obtained(Secret("late"), *self.lifetime)


@in_virtual_time
async def test_an_attempt_that_hangs_is_not_waited_for_without_end() -> None:
    """
    Those who come first wait twenty seconds in all, the next ones not at all; told once, tried once.
    """
    source = Hanging()
    rig = Rig(source, LoopClock())
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def refused_after() -> float:
        with pytest.raises(CredentialUnavailable):
            await rig.credential()
        return loop.time() - began

    first = asyncio.ensure_future(refused_after())
    await asyncio.sleep(15)
    waited = [*await asyncio.gather(first, refused_after()), await refused_after()]
    assert [20.0, 20.0, 20.0] == pytest.approx(waited)
    assert (1, 1) == (source.asked, len(rig.told))

    source.mended.set()
    await asyncio.sleep(1)
    assert "late" == await rig.credential()
    assert rig.told[-1] is None
