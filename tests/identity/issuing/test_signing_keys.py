"""Signing keys last in the store, sealed, and are the same for every process."""

import asyncio
from typing import Any

import jwt
import msgspec
import pytest

from gateway.foundation.clock import FakeClock
from gateway.foundation.state_store import MemoryStateStore, StateUnavailable
from gateway.identity.issuing.key_plan import AHEAD_SECONDS, LONGEST_TOKEN_SECONDS, ROTATE_SECONDS
from gateway.identity.issuing.signing_keys import KIND, NoSigner, SealedKey, SigningKeys
from gateway.identity.refusals import StandingUnknown
from gateway.identity.tokens.key_set import MOST_KEYS, read_key_set
from gateway.identity.tokens.token import take_apart
from tests.fakes.issuing import some_signing_keys


def _signed(keys: SigningKeys, algorithm: str) -> bytes:
    signer = keys.signer(algorithm)
    return jwt.encode({"a": 1}, signer.private, algorithm, {"kid": signer.key_id}).encode()


def _proves(keys: SigningKeys, text: bytes) -> bool:
    token = take_apart(text)
    key = keys.find(token.key_id, token.algorithm, 0.0)
    return key is not None and key.has_signed(token.algorithm, token.signed, token.signature)


@pytest.mark.parametrize("algorithm", ["EdDSA", pytest.param("RS256", marks=pytest.mark.slow)])
async def test_what_one_process_signs_another_proves(algorithm: str) -> None:
    """
    The keys are in the store; what is published is enough for anybody.
    """
    store, clock = MemoryStateStore(), FakeClock()
    one = await some_signing_keys(store, clock, algorithm)
    two = await some_signing_keys(store, clock, algorithm)

    text = _signed(one, algorithm)

    assert _proves(two, text)
    assert one.published() == two.published()
    token = take_apart(text)
    anybody = read_key_set(one.published()).find(token.key_id, algorithm)
    assert anybody is not None
    assert anybody.has_signed(algorithm, token.signed, token.signature)


async def test_only_public_parts_are_published() -> None:
    """
    With the id, the algorithm and the use.
    """
    keys = await some_signing_keys(MemoryStateStore(), FakeClock(), "EdDSA")

    (public,) = keys.published()["keys"]

    assert {"kty", "crv", "x", "kid", "alg", "use"} == set(public)


async def test_the_store_alone_signs_nothing() -> None:
    """
    Under another master key an entry is not opened, but counted, and another key is made beside it.
    """
    store, clock = MemoryStateStore(), FakeClock()
    keys = await some_signing_keys(store, clock, "EdDSA")
    (entry,) = await store.list(KIND)
    kept = msgspec.json.decode(entry.value or b"", type=SealedKey)
    tampered = msgspec.json.encode(msgspec.structs.replace(kept, key_id="mine"))
    keys.take([msgspec.structs.replace(entry, value=tampered)], is_whole=True)

    assert ({"keys": []}, 1) == (keys.published(), keys.unopened)
    with pytest.raises(NoSigner):
        keys.signer("EdDSA")
    keys.take([msgspec.structs.replace(entry, value=b"{}")], is_whole=True)
    assert 2 == keys.unopened


async def test_who_writes_to_the_store_chooses_no_key() -> None:
    """
    The public part comes from what is sealed, whatever else stands beside it.
    """
    store, clock = MemoryStateStore(), FakeClock()
    keys = await some_signing_keys(store, clock, "EdDSA")
    evil = await some_signing_keys(MemoryStateStore(), clock, "EdDSA", master=bytes([1]) * 32)
    (entry,), published = await store.list(KIND), keys.published()
    kept = msgspec.json.decode(entry.value or b"")
    kid = kept["key_id"]

    def after(**changes: Any) -> None:
        keys.take([msgspec.structs.replace(entry, value=msgspec.json.encode(kept | changes))], is_whole=True)

    after(public=evil.published()["keys"][0] | {"kid": kid})
    forged = jwt.encode({"a": 1}, evil.signer("EdDSA").private, "EdDSA", {"kid": kid}).encode()
    assert (False, published) == (_proves(keys, forged), keys.published())

    after(algorithm="RS256")
    assert ({"keys": []}, 1) == (keys.published(), keys.unopened)


async def test_those_who_start_together_share_one_key() -> None:
    """
    The quicker one's counts.
    """
    store, clock = MemoryStateStore(), FakeClock()
    await some_signing_keys(store, clock)

    several = await asyncio.gather(*(some_signing_keys(store, clock, "EdDSA") for _ in range(4)))

    assert 1 == len(await store.list(KIND))
    assert 1 == len({keys.signer("EdDSA").key_id for keys in several})


async def test_a_key_is_followed_and_then_goes() -> None:
    """
    No token that has not expired is ever without its key.
    """
    store, clock = MemoryStateStore(), FakeClock()
    keys = await some_signing_keys(store, clock, "EdDSA")
    old = _signed(keys, "EdDSA")
    assert not keys.is_due(frozenset({"EdDSA"}))

    clock.advance(ROTATE_SECONDS)
    assert keys.is_due(frozenset({"EdDSA"}))
    await keys.ensure(frozenset({"EdDSA"}))
    assert 2 == len(keys.published()["keys"])
    assert take_apart(old).key_id == keys.signer("EdDSA").key_id

    clock.advance(AHEAD_SECONDS)
    new = _signed(keys, "EdDSA")
    assert take_apart(old).key_id != take_apart(new).key_id
    assert [True, True] == [_proves(keys, text) for text in (old, new)]

    key = keys.find(take_apart(old).key_id, "EdDSA", 0.0)
    clock.advance(LONGEST_TOKEN_SECONDS + 3600)
    await keys.ensure(frozenset({"EdDSA"}))
    assert [False, True] == [_proves(keys, text) for text in (old, new)]
    assert key is not None
    assert key.is_withdrawn


async def test_a_silent_store_leaves_the_keys_that_are_there() -> None:
    """
    They sign and prove; only a change is refused.
    """
    store, clock = MemoryStateStore(), FakeClock()
    keys = await some_signing_keys(store, clock, "EdDSA")
    store.fail()

    assert _proves(keys, _signed(keys, "EdDSA"))
    with pytest.raises(StateUnavailable):
        await keys.ensure(frozenset({"EdDSA"}))


async def test_a_store_that_is_silent_for_too_long_ends_trust() -> None:
    """
    Nobody could say any more what was revoked: 503, not 401.
    """
    store, clock = MemoryStateStore(), FakeClock()
    fresh = await some_signing_keys(store, clock, "EdDSA")
    stale = SigningKeys(store, fresh._keys, clock, lambda: True)

    assert fresh.trusted_until > clock.wall() > stale.trusted_until
    with pytest.raises(StandingUnknown):
        stale.find("k", "EdDSA", clock.wall())


async def test_what_is_decided_about_tokens_without_the_store_is_counted() -> None:
    """
    Keys that are remembered, also for a token known before, and those that nobody vouches for any more.
    """
    store, clock, lost, stale = MemoryStateStore(), FakeClock(), [False], [False]
    made = await some_signing_keys(store, clock, "EdDSA")
    keys = SigningKeys(store, made._keys, clock, lambda: stale[0], is_lost=lambda: lost[0])
    keys.take(await store.list(KIND), is_whole=True)
    key_id = keys.signer("EdDSA").key_id
    keys.find(key_id, "EdDSA", 0.0)
    lost[0] = True
    keys.find(key_id, "EdDSA", 0.0)
    keys.find("of-nobody", "EdDSA", 0.0)
    good_before = keys.trusted_until
    stale[0] = True
    good_no_more = keys.trusted_until
    with pytest.raises(StandingUnknown):
        keys.find(key_id, "EdDSA", 0.0)

    assert good_before > good_no_more
    assert {"remembered": 2, "refused": 1} == keys.degraded


async def test_our_own_tokens_name_their_key() -> None:
    """
    Without an id nothing is looked for.
    """
    keys = await some_signing_keys(MemoryStateStore(), FakeClock(), "EdDSA")
    keys.refresh()

    assert None is keys.find(None, "EdDSA", 0.0)


async def test_a_key_may_be_changed_ahead_of_its_time() -> None:
    """
    The new one is shown at once and signs an hour later; what the old one signed stays good.
    """
    store, clock = MemoryStateStore(), FakeClock()
    keys = await some_signing_keys(store, clock, "EdDSA")
    old = _signed(keys, "EdDSA")
    clock.advance(60)

    await keys.rotate()
    first, second = keys.ages()
    assert {first.name} == keys.signing()
    clock.advance(AHEAD_SECONDS)

    assert {second.name} == keys.signing()
    assert [True, True] == [_proves(keys, text) for text in (old, _signed(keys, "EdDSA"))]


@pytest.mark.slow
async def test_keys_may_be_changed_as_often_as_one_likes() -> None:
    """
    More keys than any issuer is believed to have are still ours, and each proves what it signed.
    """
    keys = await some_signing_keys(MemoryStateStore(), FakeClock(), "EdDSA")
    text = _signed(keys, "EdDSA")

    for _ in range(MOST_KEYS):
        await keys.rotate()

    assert MOST_KEYS + 1 == len(keys.published()["keys"])
    assert _proves(keys, text)


async def test_keys_that_leaked_are_replaced_at_once() -> None:
    """
    Here and wherever the store is followed: nothing that they signed is worth anything.
    """
    store, clock = MemoryStateStore(), FakeClock()
    keys = await some_signing_keys(store, clock, "EdDSA")
    other = await some_signing_keys(store, clock)
    old = _signed(keys, "EdDSA")

    await keys.replace()
    other.take((await store.changes_since("")).entries, is_whole=True)

    assert [False, False] == [_proves(one, old) for one in (keys, other)]
    assert _proves(other, _signed(keys, "EdDSA"))
    assert ["EdDSA.000002"] == [age.name for age in keys.ages()]


async def test_where_there_is_no_key_none_is_changed() -> None:
    """
    Clients have to be there first.
    """
    keys = await some_signing_keys(MemoryStateStore(), FakeClock())

    await keys.rotate()
    await keys.replace()

    assert [] == keys.ages()
