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
    ones narrow nothing. The last two are JSON that their rooms read.
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
