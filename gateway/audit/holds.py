"""Legal holds: while one stands, nothing that it names is erased or expires."""

from collections.abc import Sequence

import msgspec

from gateway.foundation.state_store import NEW, StateConflict, StateStore

KIND = "audit_hold"


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """
    One hold as the state store keeps it.

    `references` name persons as their keys are named (`SubjectKeys.reference`);
    without any, everything of the tenant is held.
    """

    name: str
    tenant: str
    references: tuple[str, ...] = ()
    reason: str | None = None
    placed: str


class HoldStands(Exception):
    """Something is held; the message names the hold."""

    def __init__(self, hold: Hold) -> None:
        super().__init__(
            f"The legal hold '{hold.name}' stands over this ({hold.reason or 'no reason given'}). "
            f"Lift it first: deepseek-gateway audit hold lift {hold.name}"
        )


class Holds:
    """The holds of all tenants, asked from the state store each time: a hold counts at once."""

    def __init__(self, store: StateStore) -> None:
        self._store = store

    async def place(self, hold: Hold) -> bool:
        """Place a hold; False if there is one of this name."""
        try:
            await self._store.write(KIND, hold.name, msgspec.json.encode(hold), expected=NEW)
        except StateConflict:
            return False
        return True

    async def lift(self, name: str) -> Hold | None:
        """Lift a hold and return it, or None if there was none."""
        entry = await self._store.read(KIND, name)
        if entry is None:
            return None
        try:
            await self._store.write(KIND, name, None, expected=entry.version)
        except StateConflict:
            # Somebody else was quicker; one that was placed anew under this name is another hold.
            return None
        return _read(entry.value)

    async def all(self) -> Sequence[Hold]:
        """Return every hold that stands."""
        return [_read(entry.value) for entry in await self._store.list(KIND)]

    async def demand_free(self, tenant: str, reference: str | None = None) -> None:
        """Raise `HoldStands` if a person, or without one anything of the tenant, is held."""
        for hold in await self.all():
            if hold.tenant == tenant and (
                reference is None or not hold.references or reference in hold.references
            ):
                raise HoldStands(hold)


def _read(value: bytes | None) -> Hold:
    return msgspec.json.decode(value or b"", type=Hold)
