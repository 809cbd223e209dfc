"""Credentials for upstreams in the state store, sealed by a key that the master key wraps."""

from collections.abc import Sequence

import msgspec

from gateway.foundation.keys import GATEWAY, TenantKeys
from gateway.foundation.master_key import CannotOpen
from gateway.foundation.sealer import Sealer
from gateway.foundation.secret import Secret
from gateway.foundation.state_store import StateStore, StateUnavailable
from gateway.upstreams.credential_source import StoredSource
from gateway.upstreams.credentials.obtaining import NotObtained, Obtained, checked

KIND = "upstream_credential"
_PURPOSE = "upstreams.credentials"
_RECHECK_SECONDS = 2.0


class SealedCredential(msgspec.Struct, frozen=True, kw_only=True):
    """A credential as the state store keeps it."""

    sealed: bytes


class StoredCredentials:
    """Keep, list and give back credentials by their names; raises `StateUnavailable`."""

    def __init__(self, store: StateStore, keys: TenantKeys) -> None:
        self._store = store
        self._keys = keys

    async def keep(self, name: str, secret: Secret) -> None:
        """Keep a credential in place of any other of this name; raise `NotObtained` if it is none."""
        text = checked(secret.reveal(), f"'{name}'").reveal()
        sealed = self._sealer().seal(text.encode(), name)
        await self._store.write(KIND, name, msgspec.json.encode(SealedCredential(sealed=sealed)))

    async def remove(self, name: str) -> bool:
        """Forget a credential; false if there was none."""
        if await self._store.read(KIND, name) is None:
            return False
        await self._store.write(KIND, name, None)
        return True

    async def names(self) -> Sequence[str]:
        """Return the names of all that are kept."""
        return [entry.name for entry in await self._store.list(KIND)]

    async def obtain(self, source: StoredSource) -> Obtained:
        """Return a credential as it is kept now, or raise `NotObtained`."""
        try:
            entry = await self._store.read(KIND, source.name)
        except StateUnavailable as error:
            raise NotObtained(
                f"the state store does not answer for the credential '{source.name}'"
            ) from error
        if entry is None or entry.value is None:
            raise NotObtained(
                f"there is no credential '{source.name}' in the state store; "
                f"`deepseek-gateway credentials set {source.name}` keeps one",
                is_gone=True,
            )
        return Obtained(Secret(self._open(source.name, entry.value)), _RECHECK_SECONDS)

    def _open(self, name: str, value: bytes) -> str:
        try:
            sealed = msgspec.json.decode(value, type=SealedCredential).sealed
            return self._sealer().open(sealed, name).decode()
        except (msgspec.MsgspecError, CannotOpen) as error:
            raise NotObtained(
                f"the credential '{name}' in the state store cannot be opened; set it anew"
            ) from error

    def _sealer(self) -> Sealer:
        return Sealer(self._keys.derive(GATEWAY, _PURPOSE))
