"""The keys that sign for a host."""

import msgspec
import pytest

from gateway.audit.checkpoint import is_approved
from gateway.audit.signing import KIND, KeptSigner, SigningKeys
from gateway.foundation.keys import GATEWAY
from gateway.foundation.state_folder import UnusableState
from gateway.foundation.state_store import MemoryStateStore
from tests.fakes.audit_side import SINCE, some_keys

LATER = "2027-02-01T00:00:00.000000Z"
ORIGIN = "deepseek-gateway.web1.0"


async def test_a_log_keeps_its_key() -> None:
    """
    Whoever opens it later, or at the same time, finds the one that was made.
    """
    store = MemoryStateStore()
    keys = some_keys(store)
    await keys.ensure([GATEWAY])
    first, second = SigningKeys(ORIGIN, keys, store), SigningKeys(ORIGIN, keys, store)

    await first.ensure(SINCE)
    await second.ensure(LATER)

    assert [1] == [signer.epoch.epoch for signer in second.signers]
    assert first.signers[0].epoch == second.signers[0].epoch
    private = first.signers[0].private.private_bytes_raw()
    assert private == second.signers[0].private.private_bytes_raw()
    assert all(private not in (entry.value or b"") for entry in await store.list(KIND))


async def test_a_new_key_signs_from_its_beginning_on() -> None:
    """
    The one before vouches for it, and signs until then; a process that follows the store does the same.
    """
    store = MemoryStateStore()
    keys = some_keys(store)
    await keys.ensure([GATEWAY])
    here, there = SigningKeys(ORIGIN, keys, store), SigningKeys(ORIGIN, keys, store)
    await here.ensure(SINCE)
    await there.ensure(SINCE)

    await here.rotate(LATER)
    there.take((await store.changes_since("")).entries, is_whole=True)

    for signing in (here, there):
        assert [1, 1, 2] == [signing.at(time).epoch.epoch for time in ("2020", SINCE, LATER)]
        assert is_approved(signing.signers[1].epoch, signing.signers[0].epoch)


async def test_no_key_takes_the_place_of_one_that_the_log_has() -> None:
    """
    A store from before a key, or another one: it is refused, and no key is made.
    """
    store, empty = MemoryStateStore(), MemoryStateStore()
    keys = some_keys(store)
    await keys.ensure([GATEWAY])
    signing = SigningKeys(ORIGIN, keys, store)
    await signing.ensure(SINCE)
    first = signing.signers[0].epoch
    await SigningKeys(ORIGIN, keys, store).ensure(LATER, [first])

    second = msgspec.structs.replace(first, epoch=2)
    with pytest.raises(UnusableState, match="older than the key"):
        await SigningKeys(ORIGIN, keys, store).ensure(LATER, [first, second])
    with pytest.raises(UnusableState, match="another store"):
        await SigningKeys(ORIGIN, keys, empty).ensure(LATER, [first])
    assert await empty.read(KIND, ORIGIN) is None


async def test_a_key_that_cannot_be_opened_says_what_to_do() -> None:
    """
    No new one is made in its place: the log would have two.
    """
    store = MemoryStateStore()
    keys = some_keys(store)
    await keys.ensure([GATEWAY])
    await SigningKeys(ORIGIN, keys, store).ensure(SINCE)
    entry = await store.read(KIND, ORIGIN)
    assert entry is not None
    (kept,) = msgspec.json.decode(entry.value or b"", type=list[KeptSigner])
    damaged = msgspec.structs.replace(kept, wrapped=bytes(len(kept.wrapped)))
    await store.write(KIND, ORIGIN, msgspec.json.encode([damaged]))

    with pytest.raises(UnusableState, match=r"cannot be opened.*Restore the state store"):
        await SigningKeys(ORIGIN, keys, store).ensure(SINCE)
