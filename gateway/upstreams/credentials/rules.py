"""What a policy document may say about the credential for an upstream."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gateway.foundation.secret import Secret

FilePath = Annotated[
    str,
    Meta(pattern=r"^/[^\x00]{1,4000}$", description="the absolute path of a file"),
]
StoredName = Annotated[
    str,
    Meta(
        pattern="^[a-z0-9][a-z0-9._-]{0,62}$",
        description="the name given to `deepseek-gateway credentials set`",
    ),
]
TokenUrl = Annotated[
    str, Meta(pattern=r"^https?://[\x21-\x7e]{1,1000}$", description="the URL of a token endpoint")
]


class OAuthRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    A token endpoint at which we are a client (client credentials).

    `client_auth` says how we show ourselves there; `parameters` are further
    ones of its own, such as `audience` or `resource`.
    """

    token_url: TokenUrl
    client_id: str
    client_secret: Secret
    scope: str = ""
    client_auth: Literal["basic", "form"] = "basic"
    parameters: dict[str, str] = {}


class CredentialRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The credential for an upstream: one of these four, or none."""

    credential: Secret | None = None
    credential_file: FilePath | None = None
    stored_credential: StoredName | None = None
    oauth: OAuthRules | None = None
