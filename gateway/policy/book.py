"""Everything policy decided, ready to be looked up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.identity.key_orders import VetSection
from gateway.identity.keyring import Keyring
from gateway.limits.limit_rule import LimitRule
from gateway.limits.limit_terms import LimitTerms
from gateway.policy.globs import matches, permits
from gateway.policy.refusals import UnknownModel
from gateway.policy.terms import Plan, Terms
from gateway.redaction.profile import Profile
from gateway.upstreams.target import Upstream
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.refusal import Refusal

# A model as `GET /v1/models` shows it.
ModelEntry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Offer:
    """
    What one project of a tenant may ask for, by every name it may use.

    `withheld` holds the models that it might use, had the gateway a server
    for them; `globs` the aliases with wild cards, each with its model: the
    first one that fits a name that nothing has counts.
    """

    terms: Mapping[str, Terms]
    withheld: Mapping[str, Callable[[], Refusal]]
    entries: Mapping[str, ModelEntry]
    globs: tuple[tuple[str, str], ...] = ()

    def named(self, name: str) -> str:
        """Return the name in this offer for which another one stands, or that one if it stands for none."""
        if name in self.terms or name in self.withheld:
            return name
        return next((model for glob, model in self.globs if matches((glob,), name)), name)


_NOTHING = Offer({}, {}, {})


@dataclass(frozen=True, slots=True)
class PolicyBook:
    """
    One version of the policies; never changes, so that an exchange can live under it to its end.

    `upstreams` are those that some route uses; `unserved` are the models for
    which no server is available at all. `profiles` are all redaction
    profiles, also those that nobody has. `vet_section` knows what at a key
    could not be kept.
    """

    version: str
    keyring: Keyring
    upstreams: tuple[Upstream, ...]
    unserved: tuple[str, ...]
    plans: Mapping[str, Plan]
    offers: Mapping[str, Mapping[str, Offer]]
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    vet_section: VetSection = lambda _key, _name: ()

    def has_tenant(self, tenant: str) -> bool:
        """Whether there is such a tenant."""
        return tenant in self.plans

    def limit_rules(self, tenant: str) -> tuple[LimitRule, ...]:
        """Return the limits of a tenant's plan, of which there are none where there is no such tenant."""
        plan = self.plans.get(tenant)
        return () if plan is None else plan.limits.rules

    def body_limit(self, caller: Caller) -> int:
        """Return how many bytes a request body of this caller may have."""
        return self.plans[caller.tenant].body_limit_bytes

    def accepts_trace(self, caller: Caller) -> bool:
        """Whether this caller's trace goes on here, or a new one begins."""
        return self.plans[caller.tenant].telemetry.trace_context == "accept"

    def terms(self, caller: Caller, model_name: str) -> Terms:
        """Return the terms for a model by its name or alias, or raise a refusal."""
        try:
            terms = self.offers[caller.tenant][caller.project].terms[model_name]
        except KeyError:
            terms = self._by_glob(caller, model_name)
        if caller.models and not permits(caller.models, terms.model):
            raise UnknownModel.named(model_name)
        return terms

    def limits(self, caller: Caller) -> list[LimitTerms]:
        """Return the limits of everything that this caller may use."""
        offer = self._offer(caller)
        return [terms.limits for name, terms in offer.terms.items() if _may_see(caller, offer, name)]

    def models(self, caller: Caller) -> list[ModelEntry]:
        """Return what this caller may use now, aliases included, in the order of models.yaml."""
        offer = self._offer(caller)
        return [entry for name, entry in offer.entries.items() if _may_see(caller, offer, name)]

    def model(self, caller: Caller, model_name: str) -> ModelEntry:
        """Return one model that this caller may use, or raise a refusal."""
        offer = self._offer(caller)
        name = offer.named(model_name)
        entry = offer.entries.get(name)
        if entry is None or not _may_see(caller, offer, name):
            raise self._refusal(caller, model_name)
        return {**entry, "id": model_name}

    def _offer(self, caller: Caller) -> Offer:
        return self.offers.get(caller.tenant, {}).get(caller.project, _NOTHING)

    def _by_glob(self, caller: Caller, model_name: str) -> Terms:
        offer = self._offer(caller)
        terms = offer.terms.get(offer.named(model_name))
        if terms is None:
            raise self._refusal(caller, model_name)
        return terms

    def _refusal(self, caller: Caller, model_name: str) -> Refusal:
        offer = self._offer(caller)
        withheld = offer.withheld.get(offer.named(model_name))
        # A key of few models is not told of others by the reason why they are not there.
        return UnknownModel.named(model_name) if withheld is None or caller.models else withheld()


def _may_see(caller: Caller, offer: Offer, name: str) -> bool:
    return not caller.models or permits(caller.models, offer.terms[name].model)
