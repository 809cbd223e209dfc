"""What a tenant's document may say about OAuth clients."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gateway.identity.rules import Hash, KeyId, SomeModels
from gateway.identity.tokens.rules import Scope

LONGEST_TOKEN_SECONDS = 86_400
TokenSeconds = Annotated[
    int,
    Meta(ge=60, le=LONGEST_TOKEN_SECONDS, description="a whole number of seconds from 60 to 86400 (a day)"),
]


class ClientRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    One OAuth client of a tenant: an id, and its secrets by their hashes alone.

    Two hashes let a secret change without a failed call. `scopes` are those
    it may ask for; `token_seconds` is how long a token of it is good, and
    `algorithm` what signs it. `expires` is a date or a time, as with keys;
    `models` narrow what its tokens are good for, and left out narrow nothing.
    """

    id: KeyId
    hashes: tuple[Hash, ...]
    scopes: tuple[Scope, ...] = ("chat",)
    models: SomeModels = ()
    token_seconds: TokenSeconds = 3600
    algorithm: Literal["EdDSA", "RS256"] = "EdDSA"
    disabled: bool = False
    expires: str | None = None

    @property
    def digests(self) -> tuple[bytes, ...]:
        """What its secrets are known by."""
        return tuple(bytes.fromhex(text.removeprefix("sha256:")) for text in self.hashes)
