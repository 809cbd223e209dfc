"""
The keys that sign our tokens, kept in the state store and sealed there.

They are sealed by a key derived from the gateway's data key, so neither the
store nor a backup of it can sign anything by itself.
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from jwt.algorithms import OKPAlgorithm, RSAAlgorithm

from gateway.foundation.clock import Clock
from gateway.foundation.keys import GATEWAY, NoDataKey, TenantKeys
from gateway.foundation.master_key import CannotOpen
from gateway.foundation.sealer import Sealer
from gateway.foundation.state_store import NEW, Entry, StateConflict, StateStore
from gateway.identity.issuing.key_plan import KeyAge, KeyPlan, next_name, plan_keys
from gateway.identity.refusals import StandingUnknown
from gateway.identity.tokens.key_set import KeySet, PublicKey, read_key_set

KIND = "signing_key"
_PURPOSE = "oauth.signing-keys"
_ID_BYTES = 12
_RSA_BITS = 2048
_TRY_AGAIN_SECONDS = 5.0


class SealedKey(msgspec.Struct, frozen=True, kw_only=True):
    """A signing key as the state store keeps it."""

    key_id: str
    algorithm: str
    made_at: float
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Signer:
    """One key, opened: `private` signs, `public` is what everybody may see."""

    age: KeyAge
    key_id: str
    private: Any
    public: dict[str, Any]


class NoSigner(Exception):
    """There is no key for this algorithm; `ensure` makes one."""


class SigningKeys:
    """
    The signing keys of this process, opened; also where our own tokens' keys are found.

    `take` follows the store. An entry that cannot be opened is counted in
    `unopened`, and signs nothing. `is_stale` says that the store has been
    silent for too long to trust what is in memory. `degraded` counts what was
    decided without the store (`is_lost`): tokens whose key was `remembered`,
    and those that were `refused`.
    """

    refresh_at = inf

    def __init__(
        self,
        store: StateStore,
        keys: TenantKeys,
        clock: Clock,
        is_stale: Callable[[], bool] = lambda: False,
        *,
        is_lost: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store = store
        self._keys = keys
        self._clock = clock
        self._is_stale = is_stale
        self._is_lost = is_lost
        self.degraded = {"remembered": 0, "refused": 0}
        self._signers: dict[str, Signer] = {}
        self._key_set = KeySet()
        self._ensuring = asyncio.Lock()
        self.unopened = 0

    @property
    def trusted_until(self) -> float:
        """For ever, unless the store is silent; asked once for each token that was good before."""
        if self._is_stale():
            # Whoever shows it is refused, and counted, where its key is looked for.
            return -inf
        self._remember()
        return inf

    def refresh(self) -> None:
        """Do nothing: changes of the store come by themselves."""

    def find(self, key_id: str | None, algorithm: str, _now_wall: float) -> PublicKey | None:
        """Return one of our public keys, None if there is none such; raise `StandingUnknown`."""
        if self._is_stale():
            self.degraded["refused"] += 1
            raise StandingUnknown(
                "The state store does not answer, so nobody can say whether this token was revoked. "
                "Try again shortly.",
                retry_after=_TRY_AGAIN_SECONDS,
            )
        found = self._key_set.find(key_id, algorithm) if key_id is not None else None
        if found is not None:
            self._remember()
        return found

    def _remember(self) -> None:
        if self._is_lost():
            self.degraded["remembered"] += 1

    def published(self) -> dict[str, Any]:
        """Return the JWK Set that everybody may see."""
        return {"keys": [signer.public for signer in self._in_order()]}

    def signer(self, algorithm: str) -> Signer:
        """Return the key that signs now; raise `NoSigner`."""
        name = self._plan(frozenset()).signs.get(algorithm)
        if name is None:
            raise NoSigner(f"there is no signing key for {algorithm}")
        return self._signers[name]

    def is_due(self, algorithms: frozenset[str]) -> bool:
        """Whether a key is missing, too old, or may go."""
        plan = self._plan(algorithms)
        return bool(plan.wanted or plan.gone)

    async def ensure(self, algorithms: frozenset[str]) -> None:
        """Make the keys that are due and take away those that are not needed; raise `StateUnavailable`."""
        async with self._ensuring:
            names = await self._look()
            plan = self._plan(algorithms)
            for algorithm in plan.wanted:
                await self._make(algorithm, names)
            for name in plan.gone:
                self.take([await self._store.write(KIND, name, None)], is_whole=False)

    async def rotate(self) -> None:
        """Make a new key for every algorithm there is, ahead of its time; raise `StateUnavailable`."""
        async with self._ensuring:
            names = await self._look()
            for algorithm in sorted({signer.age.algorithm for signer in self._signers.values()}):
                await self._make(algorithm, names)

    async def replace(self) -> None:
        """
        Take every key away and make new ones; raise `StateUnavailable`.

        Every token that was signed so far is then worth nothing.
        """
        async with self._ensuring:
            names = await self._look()
            algorithms = sorted({signer.age.algorithm for signer in self._signers.values()})
            for name in names:
                self.take([await self._store.write(KIND, name, None)], is_whole=False)
            for algorithm in algorithms:
                await self._make(algorithm, names)

    def ages(self) -> list[KeyAge]:
        """Return every key that can be opened, by name."""
        return [signer.age for signer in self._in_order()]

    def signing(self) -> frozenset[str]:
        """Return the names of the keys that sign now."""
        return frozenset(self._plan(frozenset()).signs.values())

    def take(self, entries: Sequence[Entry], *, is_whole: bool) -> None:
        """Follow the store."""
        found = {} if is_whole else dict(self._signers)
        for entry in entries:
            found.pop(entry.name, None)
            if entry.value is not None and (signer := self._open(entry)) is not None:
                found[entry.name] = signer
        self._signers = found
        # One by one: a set of somebody else's is bounded, but whoever rotates often must not lose all keys.
        ours = [read_key_set({"keys": [signer.public]}).keys[0] for signer in self._in_order()]
        self._key_set = self._key_set.replaced_by(KeySet(ours))

    async def _look(self) -> list[str]:
        """Know what is in the store now, and return the names of all of it."""
        entries = await self._store.list(KIND)
        self.take(entries, is_whole=True)
        return [entry.name for entry in entries]

    def _in_order(self) -> list[Signer]:
        return sorted(self._signers.values(), key=lambda signer: signer.age.name)

    def _plan(self, algorithms: frozenset[str]) -> KeyPlan:
        ages = [signer.age for signer in self._signers.values()]
        return plan_keys(ages, algorithms, self._clock.wall())

    async def _make(self, algorithm: str, names: Sequence[str]) -> None:
        name = next_name(names, algorithm)
        # An RSA key takes a tenth of a second to find.
        sealed = await asyncio.to_thread(self._seal_new, name, algorithm)
        try:
            entry: Entry | None = await self._store.write(
                KIND, name, msgspec.json.encode(sealed), expected=NEW
            )
        except StateConflict:
            # Another process was quicker; its key is the one.
            entry = await self._store.read(KIND, name)
        if entry is not None:
            self.take([entry], is_whole=False)

    def _seal_new(self, name: str, algorithm: str) -> SealedKey:
        private = _new_private(algorithm)
        key_id = secrets.token_urlsafe(_ID_BYTES)
        plain = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        sealed = self._sealer().seal(plain, _label(name, key_id))
        return SealedKey(
            key_id=key_id,
            algorithm=algorithm,
            made_at=self._clock.wall(),
            sealed=sealed,
        )

    def _open(self, entry: Entry) -> Signer | None:
        try:
            kept = msgspec.json.decode(entry.value or b"", type=SealedKey)
            plain = self._sealer().open(kept.sealed, _label(entry.name, kept.key_id))
            private = load_der_private_key(plain, None)
            # What everybody may see is made of what was sealed: whoever writes to the store chooses no key.
            public = _jwk(private, kept.key_id, kept.algorithm)
        except (msgspec.MsgspecError, CannotOpen, ValueError, NoDataKey):
            self.unopened += 1
            return None
        return Signer(KeyAge(entry.name, kept.algorithm, kept.made_at), kept.key_id, private, public)

    def _sealer(self) -> Sealer:
        return Sealer(self._keys.derive(GATEWAY, _PURPOSE))


def _label(name: str, key_id: str) -> str:
    return f"signing key {name} {key_id}"


def _new_private(algorithm: str) -> Any:
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, _RSA_BITS)


def _jwk(private: Any, key_id: str, algorithm: str) -> dict[str, Any]:
    public = private.public_key()
    made: dict[str, Any]
    is_edwards = algorithm == "EdDSA"
    if is_edwards != isinstance(public, ed25519.Ed25519PublicKey):
        raise ValueError("the key is of another kind than its algorithm")
    if is_edwards:
        made = OKPAlgorithm.to_jwk(public, as_dict=True)
    else:
        made = RSAAlgorithm.to_jwk(public, as_dict=True)
        made.pop("key_ops", None)
    return made | {"kid": key_id, "alg": algorithm, "use": "sig"}
