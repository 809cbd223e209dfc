"""Keys are fetched beside the callers whose key is known."""

import asyncio
from math import inf

import pytest

from gateway.foundation.clock import FakeClock
from gateway.foundation.last_tasks import LastTasks
from gateway.identity.tokens.fetching import KeysNotFetched, KeysWithdrawn
from gateway.identity.tokens.key_set import KeySet, read_key_set
from gateway.identity.tokens.key_source import (
    REFETCH_SECONDS,
    REFRESH_SECONDS,
    RETRY_SECONDS,
    FetchedKeys,
    FixedKeys,
    KeyAwaited,
)
from gateway.identity.tokens.refusals import IssuerUnavailable
from tests.fakes.identity_provider import Signer, key_set_of

_GRACE = 1000.0


class Published:
    """What an issuer publishes, and how often it was asked."""

    def __init__(self) -> None:
        self.signers = [Signer("k1")]
        self.fails = False
        self.trouble = "it is down"
        self.asked = 0

    async def fetch(self) -> KeySet:
        """Return the keys now."""
        self.asked += 1
        await asyncio.sleep(0)
        if self.fails:
            raise KeysNotFetched(self.trouble)
        if not self.signers:
            raise KeysWithdrawn("no key is left")
        return read_key_set(key_set_of(*self.signers))


class Rig:
    """One source, its issuer and its clock."""

    def __init__(self) -> None:
        self.published = Published()
        self.clock = FakeClock()
        self.told: list[str | None] = []
        self.errors: list[BaseException] = []
        self.tasks = LastTasks(self.errors.append)
        self.source = FetchedKeys(
            self.published.fetch,
            grace_seconds=_GRACE,
            clock=self.clock,
            tasks=self.tasks,
            tell=self.told.append,
        )

    def find(self, key_id: str = "k1") -> str | None:
        """Return the id of the key that is found now."""
        key = self.source.find(key_id, "RS256", self.clock.wall())
        return None if key is None else key.key_id

    async def find_patiently(self, key_id: str = "k1") -> str | None:
        """Return what is found, after waiting where that may help."""
        try:
            return self.find(key_id)
        except KeyAwaited as awaited:
            await awaited.arrival()
        return self.find(key_id)


@pytest.fixture
def rig() -> Rig:
    return Rig()


async def test_the_first_caller_waits_and_the_next_does_not(rig: Rig) -> None:
    """
    One fetch for all who come before it is done.
    """
    found = await asyncio.gather(*(rig.find_patiently() for _ in range(5)))

    assert ["k1"] * 5 == found
    assert "k1" == rig.find()
    assert 1 == rig.published.asked


async def test_known_keys_are_renewed_beside_their_callers(rig: Rig) -> None:
    """
    Nobody with a known key ever waits.
    """
    await rig.find_patiently()
    rig.clock.advance(REFRESH_SECONDS)
    rig.published.signers = [Signer("k2", other=True)]

    assert "k1" == rig.find()
    await rig.tasks.finish(1)

    assert 2 == rig.published.asked
    assert rig.find("k2") == "k2"


async def test_an_unknown_key_is_asked_for_once_in_a_while(rig: Rig) -> None:
    """
    A new key is known at once; who makes up ids cannot have the issuer asked for each.
    """
    await rig.find_patiently()
    rig.clock.advance(REFETCH_SECONDS)
    rig.published.signers.append(Signer("k2", other=True))

    assert "k2" == await rig.find_patiently("k2")
    assert [None] * 50 == [await rig.find_patiently(f"made-up-{number}") for number in range(50)]

    assert 2 == rig.published.asked
    rig.clock.advance(REFETCH_SECONDS)
    assert None is await rig.find_patiently("made-up")
    assert 3 == rig.published.asked


async def test_an_outage_keeps_known_keys_for_the_grace(rig: Rig) -> None:
    """
    Then the issuer is unavailable, until it answers again; the operator hears of both.
    """
    await rig.find_patiently()
    rig.published.fails = True
    rig.clock.advance(REFRESH_SECONDS + _GRACE - 1)

    assert "k1" == rig.find()
    await rig.tasks.finish(1)
    assert "k1" == rig.find()
    rig.clock.advance(1)
    with pytest.raises(IssuerUnavailable) as refused:
        await rig.find_patiently()
    assert refused.value.retry_after is not None
    assert 1 <= refused.value.retry_after <= RETRY_SECONDS

    rig.published.fails = False
    rig.clock.advance(RETRY_SECONDS)
    assert "k1" == await rig.find_patiently()
    assert ["it is down", None] == rig.told


async def test_an_issuer_that_shows_no_key_any_more_has_withdrawn_all(rig: Rig) -> None:
    """
    Its last key may have leaked: there is no grace for it, nor for who was let in by it, until another comes.
    """
    await rig.find_patiently()
    known = rig.source.find("k1", "RS256", rig.clock.wall())
    rig.published.signers = []
    rig.clock.advance(REFRESH_SECONDS)
    rig.find()
    await rig.tasks.finish(1)

    with pytest.raises(IssuerUnavailable):
        rig.find()
    assert known is not None
    assert known.is_withdrawn
    rig.published.signers = [Signer("k2", other=True)]
    rig.clock.advance(RETRY_SECONDS)
    assert "k2" == await rig.find_patiently("k2")
    assert ["no key is left", None] == rig.told


async def test_an_outage_is_told_once_and_again_for_another_reason(rig: Rig) -> None:
    """
    An issuer that is away all night fills neither the log nor the audit log.
    """
    rig.published.fails = True
    for trouble in ("it is down", "it is down", "it is down", "it has another certificate"):
        rig.published.trouble = trouble
        with pytest.raises(IssuerUnavailable):
            await rig.find_patiently()
        rig.clock.advance(RETRY_SECONDS)

    rig.published.fails = False
    assert "k1" == await rig.find_patiently()
    assert (5, ["it is down", "it has another certificate", None]) == (rig.published.asked, rig.told)


async def test_an_unknown_key_in_an_outage_is_not_the_callers_fault(rig: Rig) -> None:
    """
    It may be the new one: 503, not 401; and it is asked for again after a while.
    """
    await rig.find_patiently()
    rig.published.fails = True
    rig.clock.advance(REFETCH_SECONDS)

    for _ in range(20):
        with pytest.raises(IssuerUnavailable):
            await rig.find_patiently("k2")
    assert 2 == rig.published.asked

    rig.clock.advance(RETRY_SECONDS)
    rig.published.fails = False
    rig.published.signers.append(Signer("k2", other=True))
    assert "k2" == await rig.find_patiently("k2")


async def test_one_who_leaves_does_not_stop_the_fetch_of_the_others(rig: Rig) -> None:
    """
    The fetch belongs to no caller.
    """
    leaver = asyncio.create_task(rig.find_patiently())
    waiter = asyncio.create_task(rig.find_patiently())
    await asyncio.sleep(0)

    leaver.cancel()

    assert "k1" == await waiter
    assert leaver.cancelled()
    assert 1 == rig.published.asked


async def test_a_withdrawn_key_is_marked(rig: Rig) -> None:
    """
    Who remembers it can see that it is believed no more.
    """
    await rig.find_patiently()
    key = rig.source.find("k1", "RS256", rig.clock.wall())
    rig.published.signers = [Signer("k2", other=True)]
    rig.source.refresh()
    await rig.tasks.finish(1)

    assert key is not None
    assert key.is_withdrawn


def test_fixed_keys_last_as_long_as_their_policy() -> None:
    """
    Nothing is fetched, and nothing goes stale.
    """
    keys = FixedKeys(read_key_set(key_set_of(Signer())))
    keys.refresh()

    assert (inf, inf) == (keys.refresh_at, keys.trusted_until)
    assert keys.find("k1", "RS256", 0.0) is not None
    assert keys.find("k2", "RS256", 0.0) is None


def test_who_cannot_wait_is_told_to_try_again() -> None:
    """
    An awaited key is a refusal as well.
    """
    awaited = KeyAwaited(lambda: asyncio.sleep(0))

    assert (503, "issuer_unavailable", 1) == (awaited.status, awaited.code, awaited.retry_after)


@pytest.mark.parametrize("is_reachable", [True, False])
async def test_a_clock_that_is_put_back_changes_no_span(rig: Rig, is_reachable: bool) -> None:  # noqa: FBT001
    """
    A new key is fetched in time, and one that its issuer cannot vouch for is trusted no longer.
    """
    await rig.find_patiently()
    rig.published.signers.append(Signer("k2"))
    rig.published.fails = not is_reachable

    rig.clock.set_back(86_400)
    rig.clock.advance(REFRESH_SECONDS + _GRACE + 1)

    if is_reachable:
        assert "k2" == await rig.find_patiently("k2")
    else:
        assert rig.source.trusted_until < rig.clock.wall()
        with pytest.raises(IssuerUnavailable):
            await rig.find_patiently()
