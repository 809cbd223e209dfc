"""Who is calling."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """
    A caller whose credential was checked; built once per credential and reused.

    `credential_id` names the key or client without revealing it. `user` is
    the person or service for whom a token was issued, as its issuer names
    them; it may be personal and belongs in no log or label. A credential's
    own `models`, `limits` and `cache` narrow what its project may do; empty
    ones narrow nothing. `limits` and `cache` are JSON that their rooms read.
    `issuer` is a mark of who else gave the credential its id.
    """

    tenant: str
    project: str
    credential_id: str
    method: str
    scopes: frozenset[str] = frozenset()
    user: str | None = None
    models: tuple[str, ...] = ()
    limits: bytes = b""
    cache: bytes = b""
    issuer: str = ""

    @property
    def account(self) -> str:
        """What limits and the cache know the credential by: two who give ids may give the same."""
        return f"{self.credential_id}@{self.issuer}" if self.issuer else self.credential_id
