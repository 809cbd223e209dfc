"""
The shapes of the policy documents, as people write them.

    upstreams.yaml      which servers answer
    models.yaml         what callers may ask for, and which servers are tried
    prices.yaml         what tokens cost (optional)
    plans/<plan>.yaml   what a kind of customer gets
    redaction/<profile>.yaml   what happens to private data
    tenants/<tenant>.yaml   who may call, with which keys, under which plan
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from gateway.audit.rules import AuditRules
from gateway.cache.rules import CacheRules, NarrowerCacheRules, ThoughtRules
from gateway.identity.issuing.rules import ClientRules
from gateway.identity.rules import KeyRules, ModelGlob, SomeNetworks
from gateway.identity.tokens.rules import IssuerRules
from gateway.limits.rules import KeyLimits, LimitRules
from gateway.policy.errors import PolicyError
from gateway.redaction.rules import ProfileDocument, RedactionRules
from gateway.telemetry.rules import TelemetryRules
from gateway.upstreams.credentials.rules import CredentialRules
from gateway.upstreams.rules import Seconds, UpstreamRules
from gateway.usage.rules import PricesDocument

Name = Annotated[
    str,
    Meta(
        pattern="^[a-z0-9][a-z0-9_-]{0,62}$",
        description="a name of up to 63 small letters, digits, dashes and underscores",
    ),
]
ModelName = Annotated[
    str,
    Meta(
        pattern="^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}$",
        description="a model name of up to 128 letters, digits and . _ : / @ -",
    ),
]
Alias = Annotated[
    str,
    Meta(
        pattern="^[A-Za-z0-9*?][A-Za-z0-9._:/@*?-]{0,127}$",
        description="a model name of up to 128 letters, digits and . _ : / @ -, in which * and ? are wild",
    ),
]
BodyLimit = Annotated[
    int, Meta(ge=1024, le=1024**3, description="a whole number of bytes from 1024 to 1073741824 (1 GiB)")
]
# Anthropic's clients are told a date, and the last there is ends the year 9999.
Created = Annotated[
    int,
    Meta(ge=0, le=253402300799, description="a time in whole seconds since 1970, not in milliseconds"),
]
Attempts = Annotated[int, Meta(ge=1, le=20, description="a whole number from 1 to 20")]
ResidencyName = Literal["external", "on_premises"]


class LegRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One stop of a route: an upstream, and the name under which it knows the model."""

    upstream: Name
    model: ModelName


class RetryRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often a route is tried in all, and for how long a new try may begin."""

    attempts: Attempts = 3
    seconds: Seconds = 30.0


class ModelRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    One model that callers may ask for.

    `aliases` are further names for it; one with a wild card stands for every
    name that it fits and nothing else has.     `selection` is `failover` (try the stops in their order) or
    `first_available` (use the first stop that is there when the policies are
    read, and no other; a request that has to stay on the premises the first
    that is there). `defaults` are fields of the request that are filled
    in where the caller left them out. `about` is what `GET /v1/models` tells
    of the model besides, as `context_window`.
    """

    route: tuple[LegRules, ...]
    aliases: tuple[Alias, ...] = ()
    selection: Literal["failover", "first_available"] = "failover"
    defaults: dict[str, Any] = {}
    retries: RetryRules = RetryRules()
    owned_by: str = "deepseek"
    created: Created = 0
    about: dict[str, Any] = {}


class ModelsDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """models.yaml: what callers may ask for."""

    models: dict[ModelName, ModelRules]


class UpstreamsDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """upstreams.yaml: which servers answer."""

    upstreams: dict[Name, UpstreamRules]


class PlanDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """plans/<plan>.yaml: what a kind of customer gets."""

    plan: Name
    body_limit_bytes: BodyLimit = 32 * 1024 * 1024
    limits: LimitRules = LimitRules()
    redaction: RedactionRules = RedactionRules()
    cache: CacheRules = CacheRules()
    thoughts: ThoughtRules = ThoughtRules()
    audit: AuditRules = AuditRules()
    telemetry: TelemetryRules = TelemetryRules()


class TenantKeyRules(KeyRules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An API key, with limits of its own beside those of its plan, and what it takes back of the cache."""

    limits: KeyLimits | None = None
    cache: NarrowerCacheRules | None = None


class TenantClientRules(ClientRules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An OAuth client, with limits beside those of its plan, and what it takes back of the cache."""

    limits: KeyLimits | None = None
    cache: NarrowerCacheRules | None = None


class TenantIssuerRules(IssuerRules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An issuer, with limits for each caller whom it names, and what they take back of the plan's cache."""

    limits: KeyLimits | None = None
    cache: NarrowerCacheRules | None = None


class OwnUpstreamRules(CredentialRules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a tenant brings for an upstream: the credential under which its own requests go there."""


class ProjectRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One project of a tenant; it may narrow what the tenant may do, never widen it."""

    keys: tuple[TenantKeyRules, ...] = ()
    clients: tuple[TenantClientRules, ...] = ()
    models: tuple[ModelGlob, ...] = ("*",)
    residency: ResidencyName | None = None
    disabled: bool = False
    expires: str | None = None
    networks: SomeNetworks = ()
    redaction: RedactionRules | None = None
    cache: NarrowerCacheRules | None = None


class TenantDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    tenants/<tenant>.yaml: who may call.

    `residency: on_premises` means that no request of this tenant ever goes to
    an external upstream. Keys and clients beside `projects` belong to the
    project `default`. `networks` are those from which its credentials may be
    used, `upstreams` what it brings for them, `issuers` those whose tokens
    are believed. `redaction` names a stricter profile than the plan's, `cache` takes back
    some of what the plan lets be kept.
    """

    tenant: Name
    plan: Name
    residency: ResidencyName
    disabled: bool = False
    expires: str | None = None
    networks: SomeNetworks = ()
    models: tuple[ModelGlob, ...] = ("*",)
    upstreams: dict[Name, OwnUpstreamRules] = {}
    keys: tuple[TenantKeyRules, ...] = ()
    clients: tuple[TenantClientRules, ...] = ()
    issuers: tuple[TenantIssuerRules, ...] = ()
    projects: dict[Name, ProjectRules] = {}
    redaction: RedactionRules | None = None
    cache: NarrowerCacheRules | None = None


@dataclass(frozen=True, slots=True)
class Documents:
    """
    Everything that was read from a policy folder, good and bad.

    A document with a mistake in it is missing here and stands in `unread`; its
    mistakes are in `errors`, where the compiler adds its own.
    """

    upstreams: UpstreamsDocument | None = None
    models: ModelsDocument | None = None
    prices: PricesDocument | None = None
    plans: Mapping[str, PlanDocument] = field(default_factory=dict)
    tenants: Mapping[str, TenantDocument] = field(default_factory=dict)
    redaction: Mapping[str, ProfileDocument] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    errors: tuple[PolicyError, ...] = ()

    def wanting_an_answer(self) -> dict[str, UpstreamRules]:
        """Return each upstream that is only used if it answers now, by its name."""
        rules = self.upstreams.upstreams if self.upstreams is not None else {}
        return {
            name: upstream
            for name, upstream in rules.items()
            if upstream.available == "when_answering" and upstream.base_url
        }
