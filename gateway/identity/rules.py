"""What a policy document may say about who calls."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

Hash = Annotated[
    str,
    Meta(
        pattern="^sha256:[0-9a-f]{64}$",
        description="the hash that `deepseek-gateway policy key` prints: sha256: and 64 hexadecimal digits",
    ),
]
KeyId = Annotated[
    str,
    Meta(
        pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
        description="an id of up to 64 letters, digits, dots, dashes and underscores",
    ),
]
NetworkText = Annotated[
    str,
    Meta(
        pattern="^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$",
        description="an address or a network, such as 10.0.0.0/8 or 2001:db8::/32",
    ),
]
ModelGlob = Annotated[
    str,
    Meta(
        pattern="^[A-Za-z0-9._:/@*?-]{1,128}$",
        description="a model name, in which * stands for any text and ? for one character",
    ),
]
ScopeName = Annotated[
    str,
    Meta(
        pattern=r"^[\x21\x23-\x5b\x5d-\x7e]{1,64}$",
        description="a scope of up to 64 visible characters without quotes and backslashes",
    ),
]

# Where a list is left out, nothing is narrowed: an empty one would open what it was written to close.
_SOME = Meta(min_length=1, description="a list of at least one; to narrow nothing, remove the key")
SomeModels = Annotated[tuple[ModelGlob, ...], _SOME]
SomeNetworks = Annotated[tuple[NetworkText, ...], _SOME]
SomeScopes = Annotated[tuple[ScopeName, ...], _SOME]


class KeyRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    One API key of a tenant, known by its hash alone.

    `expires` is a date or a time (2027-12-31, 2027-12-31T18:00:00+01:00);
    without an offset it is UTC, and a date ends as it begins. `models`,
    `networks` and `scopes` narrow what the key is good for; left out, they
    narrow nothing.
    """

    id: KeyId
    hash: Hash
    disabled: bool = False
    expires: str | None = None
    models: SomeModels = ()
    networks: SomeNetworks = ()
    scopes: SomeScopes = ()

    @property
    def digest(self) -> bytes:
        """What the keyring knows this key by."""
        return bytes.fromhex(self.hash.removeprefix("sha256:"))


def moment(text: str) -> float:
    """Return a date or time as wall-clock seconds; raise `ValueError`."""
    read = datetime.fromisoformat(text)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
