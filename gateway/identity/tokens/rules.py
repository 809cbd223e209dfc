"""What a tenant's document may say about issuers whose tokens it believes."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from gateway.identity.rules import SomeModels
from gateway.identity.tokens.key_set import AlgorithmName

IssuerName = Annotated[
    str,
    Meta(
        pattern=r"^https?://[\x21-\x7e]{1,500}$",
        description="the https URL that stands in the tokens as `iss`, to the letter",
    ),
]
WebUrl = Annotated[
    str, Meta(pattern=r"^https?://[\x21-\x7e]{1,1000}$", description="an https URL in visible ASCII")
]
ClaimText = Annotated[str, Meta(min_length=1, max_length=500, description="a text of 1 to 500 characters")]
Scope = Annotated[
    str,
    Meta(
        pattern=r"^[\x21\x23-\x5b\x5d-\x7e]{1,64}$",
        description="a scope of up to 64 visible characters without quotes and backslashes",
    ),
]
Leeway = Annotated[float, Meta(ge=0, le=300, description="a number of seconds from 0 to 300")]
Grace = Annotated[float, Meta(ge=0, le=604_800, description="a number of seconds from 0 to 604800 (a week)")]


class ClaimRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    In which claims an issuer says what.

    A name with dots that is no claim itself is a path: `realm_access.roles`.
    `project` names a project of the tenant, `scopes` is a text with blanks or
    a list; None looks at no claim.
    """

    user: ClaimText = "sub"
    project: ClaimText | None = None
    scopes: ClaimText | None = None


class IssuerRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    One issuer whose tokens this tenant's callers show.

    `types` are those of its access tokens, `absent` for tokens without one.
    Its keys are found by discovery (OpenID Connect, else RFC 8414), at
    `jwks_url`, or stand here as `jwks`. `require` names claims and the values
    they must have; where several tenants believe one issuer, it is what tells
    their callers apart. `block` names claims and values whose bearers are
    let in no more, such as a subject. `project` is for tokens that name none. `scopes` are
    those that its tokens may carry; all of them where `claims.scopes` is not
    said. `models` narrow what its tokens are good for. For `grace_seconds`
    after its keys were last fetched an issuer may be out of reach.
    """

    issuer: IssuerName
    audience: tuple[ClaimText, ...]
    algorithms: tuple[AlgorithmName, ...] = ("RS256",)
    types: tuple[ClaimText, ...] = ("at+jwt",)
    jwks_url: WebUrl | None = None
    jwks: dict[str, Any] | None = None
    require: dict[str, ClaimText] = {}
    block: dict[str, tuple[ClaimText, ...]] = {}
    claims: ClaimRules = ClaimRules()
    project: str = "default"
    scopes: tuple[Scope, ...] = ()
    models: SomeModels = ()
    leeway_seconds: Leeway = 30.0
    grace_seconds: Grace = 86_400.0
