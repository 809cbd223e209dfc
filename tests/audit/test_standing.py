"""A restored backup takes back no hold and no key that has signed."""

from gateway.audit.holds import KIND as HOLD
from gateway.audit.signing import KIND as SIGNER
from gateway.audit.signing import SigningKeys
from gateway.audit.standing import keep_standing
from gateway.foundation.keys import GATEWAY
from gateway.foundation.state_backup import Kept
from gateway.foundation.state_store import MemoryStateStore
from tests.fakes.audit_side import SINCE, some_keys

_LATER = "2027-02-01T00:00:00.000000Z"


class State:
    """A state store with a gateway's key, and what a backup of it would hold."""

    def __init__(self) -> None:
        self.store = MemoryStateStore()
        self.keys = some_keys(self.store)

    async def begin(self, origin: str = "log") -> SigningKeys:
        """Make the gateway's key and the first that signs."""
        await self.keys.ensure([GATEWAY])
        signing = SigningKeys(origin, self.keys, self.store)
        await signing.ensure(SINCE)
        return signing

    async def copy(self) -> list[Kept]:
        """Return every entry."""
        entries = (await self.store.changes_since("")).entries
        return [Kept(one.kind, one.name, one.value) for one in entries if one.value is not None]


async def test_holds_and_signing_keys_of_after_the_backup_stay() -> None:
    """
    Everything else is as the backup has it.
    """
    state = State()
    signing = await state.begin()
    await state.store.write("api_key", "k", b"before")
    backup = await state.copy()
    await signing.rotate(_LATER)
    await state.store.write(HOLD, "file-7", b"{}")
    await state.store.write("api_key", "k", b"after")
    now = await state.copy()

    put_back = {(one.kind, one.name): one.value for one in keep_standing(backup, now)}

    present = {(one.kind, one.name): one.value for one in now}
    assert present | {("api_key", "k"): b"before"} == put_back


async def test_a_backup_that_is_further_than_the_store_counts() -> None:
    """
    As when a state moves back to where it was.
    """
    state = State()
    signing = await state.begin()
    old = await state.copy()
    await signing.rotate(_LATER)
    backup = await state.copy()

    put_back = keep_standing(backup, old)

    (signer,) = [one for one in put_back if one.kind == SIGNER]
    assert signer in backup


async def test_of_another_gateway_nothing_stays() -> None:
    """
    Its keys open neither.
    """
    mine, other = State(), State()
    await mine.begin()
    await other.begin("their log")
    await mine.store.write(HOLD, "file-7", b"{}")
    backup = await other.copy()

    assert backup == keep_standing(backup, await mine.copy())


async def test_a_store_that_was_lost_gets_the_backup() -> None:
    """
    There is nothing that could stay.
    """
    state = State()
    await state.begin()
    backup = await state.copy()

    assert backup == keep_standing(backup, [])
