"""What a caller may do: the plan of a tenant, and the terms of one exchange."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.audit.rules import AuditRules
from gateway.audit.terms import AuditTerms
from gateway.cache.cache_terms import CacheTerms
from gateway.cache.rules import CacheRules, ThoughtRules
from gateway.limits.limit_terms import NO_LIMITS, LimitTerms
from gateway.limits.rules import LimitRules
from gateway.redaction.profile import Profile
from gateway.redaction.rules import RedactionRules
from gateway.telemetry.rules import TelemetryRules
from gateway.upstreams.itinerary import Retry, permitted
from gateway.upstreams.target import Target
from gateway.usage.tariff import Tariff
from gateway.vocabulary.demand import ONE_REQUEST, Amounts
from gateway.vocabulary.residency import Clearance

QUIET_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a kind of customer gets."""

    name: str
    body_limit_bytes: int
    audit: AuditRules
    redaction: RedactionRules = field(default_factory=RedactionRules)
    limits: LimitRules = field(default_factory=LimitRules)
    cache: CacheRules = field(default_factory=CacheRules)
    thoughts: ThoughtRules = field(default_factory=ThoughtRules)
    telemetry: TelemetryRules = field(default_factory=TelemetryRules)


@dataclass(frozen=True, slots=True)
class Terms:
    """
    The conditions under which one project of a tenant uses one model.

    Built once for each policy version and reused. `model` is the public name,
    also where the caller used an alias. `targets` hold only what `clearance`
    permits, and never nothing; `is_at_home` says that all of them are on the
    premises. `home` is where a request goes that none of them may see, because
    what it holds has to stay on the premises. Without `redaction`, private data passes; without `cache`, no
    answer is kept; `thought_seconds` is how long what a model thought is, 0 not at all. `tariff` says
    what the targets cost, where prices are known, and `least` what any request takes from its limits.
    """

    policy_version: str
    tenant: str
    model: str
    targets: tuple[Target, ...]
    clearance: Clearance
    body_limit_bytes: int
    audit: AuditTerms
    defaults: Mapping[str, Any] = field(default_factory=dict)
    retry: Retry = field(default_factory=Retry)
    quiet_seconds: float = QUIET_SECONDS
    redaction: Profile | None = None
    is_at_home: bool = False
    home: tuple[Target, ...] = ()
    limits: LimitTerms = NO_LIMITS
    tariff: Tariff | None = None
    least: Amounts = ONE_REQUEST
    cache: CacheTerms | None = None
    thought_seconds: int = 0

    def open_to(self, clearance: Clearance) -> tuple[Target, ...]:
        """Return where a request of this clearance may go, perhaps nowhere."""
        return permitted(self.targets, clearance) or permitted(self.home, clearance)
