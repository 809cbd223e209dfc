"""
OAuth clients: programs that change an id and a secret for a token.

    client-<id>      dsg-secret-<52 digits>

The secret is random (260 bits), so a fast hash is right for it, and none of
its characters changes where a library encodes it for a form.
"""

import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gateway.foundation.secret import Secret
from gateway.identity.api_key import digest_of, hash_of
from gateway.vocabulary.caller import Caller

_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_ID_LENGTH, _SECRET_LENGTH = 12, 52
_BEGINNING = "dsg-secret-"
_SECRET_FORM = re.compile(rf"{_BEGINNING}[{_DIGITS}]{{{_SECRET_LENGTH}}}")
_NOBODYS_DIGEST = digest_of(b"the secret of nobody")


@dataclass(frozen=True, slots=True)
class MintedClient:
    """A new client: `secret` is shown once, `hash` is what is kept."""

    client_id: str
    secret: Secret
    hash: str


@dataclass(frozen=True, slots=True)
class ClientRecord:
    """
    One known client; its secrets are nowhere kept.

    `digests` are of the secrets that count, more than one while they change.
    `expires_at` is in wall-clock seconds; None is never.
    """

    caller: Caller
    digests: tuple[bytes, ...]
    scopes: frozenset[str]
    token_seconds: int
    algorithm: str
    disabled: bool = False
    expires_at: float | None = None

    @property
    def client_id(self) -> str:
        """Its public name."""
        return self.caller.credential_id

    def is_open(self, now_wall: float) -> bool:
        """Whether it may have and use tokens now."""
        return not self.disabled and (self.expires_at is None or now_wall < self.expires_at)


Clients = Mapping[str, ClientRecord]
"""Every client of one policy version, by its id."""


def mint_client(randomness: Callable[[int], bytes] = secrets.token_bytes) -> MintedClient:
    """Make a client's id and secret from so many random bytes as are asked for."""
    client_id = "client-" + _digits(randomness(_ID_LENGTH))
    secret = _BEGINNING + _digits(randomness(_SECRET_LENGTH))
    return MintedClient(client_id, Secret(secret), hash_of(secret))


def is_minted_secret(secret: str) -> bool:
    """Whether this has the form of a secret that was made here, which nobody can guess."""
    return _SECRET_FORM.fullmatch(secret) is not None


def find_client(
    clients: Clients, client_id: str, candidates: tuple[str, ...], now_wall: float
) -> ClientRecord | None:
    """
    Return the client whose secret is one of the candidates.

    An unknown client takes as long as a wrong secret, and answers the same.
    """
    record = clients.get(client_id)
    digests = (_NOBODYS_DIGEST,) if record is None else record.digests
    shown = [digest_of(candidate.encode("utf-8", "surrogatepass")) for candidate in candidates]
    fits = [hmac.compare_digest(known, digest) for known in digests for digest in shown]
    return record if record is not None and any(fits) and record.is_open(now_wall) else None


def _digits(randomness: bytes) -> str:
    return "".join(_DIGITS[byte & 31] for byte in randomness)
