"""Redaction profiles: documents become profiles, and every model of a caller gets its own."""

from collections.abc import Callable, Iterator, Mapping

from msgspec.structs import replace

from gateway.policy.documents import Documents, PlanDocument
from gateway.policy.errors import PolicyError, PolicyRejected
from gateway.policy.globs import is_glob, matches
from gateway.policy.hints import nearest
from gateway.redaction.failures import DetectorFailed
from gateway.redaction.finder import Finder
from gateway.redaction.profile import Profile, compile_profile, objections, weaker
from gateway.redaction.recognisers import RECOGNISERS
from gateway.redaction.rules import NO_PROFILE, ProfileDocument, RedactionRules

FinderFor = Callable[[ProfileDocument], Finder]
ENTITIES = tuple(sorted({one.entity for one in RECOGNISERS.values()}))


def compile_profiles(
    documents: Mapping[str, ProfileDocument], finder_for: FinderFor | None
) -> dict[str, Profile]:
    """Return the profiles of documents without mistakes; raise `PolicyRejected` if one cannot be had."""
    if finder_for is None:
        if documents:
            raise AssertionError("profiles are compiled with someone who looks")
        return {}
    profiles: dict[str, Profile] = {}
    errors: list[PolicyError] = []
    for name, document in documents.items():
        try:
            finder = finder_for(document)
            # Nobody waits for a model while an answer streams.
            quick = finder_for(replace(document, model=None)) if document.model else finder
        except (DetectorFailed, ValueError) as error:
            key = "model" if isinstance(error, DetectorFailed) else "engine"
            errors.append(PolicyError(f"redaction/{name}.yaml", key, str(error)))
        else:
            profiles[name] = compile_profile(document, finder, _kinds(document), quick_finder=quick)
    if errors:
        raise PolicyRejected(errors)
    return profiles


def profile_for(model: str, rules: RedactionRules, profiles: Mapping[str, Profile]) -> Profile | None:
    """Return the profile for a model by its own name, None for `none`; the first glob that fits decides."""
    return profiles.get(_name_for(model, rules))


def vet_profiles(documents: Documents) -> Iterator[PolicyError]:
    """Yield every mistake in profiles and in what names them."""
    for name, document in documents.redaction.items():
        file = f"redaction/{name}.yaml"
        for key, message in objections(document, _kinds(document), nearest):
            yield PolicyError(file, key, message)
    for name, plan in documents.plans.items():
        yield from _vet_names(documents, f"plans/{name}.yaml", "redaction", plan.redaction)
    for name, tenant in documents.tenants.items():
        file, plan_rules = f"tenants/{name}.yaml", _plan_rules(documents.plans.get(tenant.plan))
        if tenant.redaction is not None:
            yield from _vet_names(documents, file, "redaction", tenant.redaction)
            yield from _vet_strictness(documents, (file, "redaction"), tenant.redaction, plan_rules)
        for project, rules in tenant.projects.items():
            if rules.redaction is not None:
                key = f"projects.{project}.redaction"
                yield from _vet_names(documents, file, key, rules.redaction)
                above = tenant.redaction or plan_rules
                yield from _vet_strictness(documents, (file, key), rules.redaction, above)


def _kinds(document: ProfileDocument) -> tuple[str, ...]:
    """Return every kind of value that a profile looks for: ours, and its own."""
    own = {
        *document.dictionaries,
        *document.patterns,
        *(document.model.labels.values() if document.model else ()),
    }
    return (*ENTITIES, *sorted(own.difference(ENTITIES)))


def _plan_rules(plan: PlanDocument | None) -> RedactionRules:
    return plan.redaction if plan is not None else RedactionRules()


def _vet_names(documents: Documents, file: str, key: str, rules: RedactionRules) -> Iterator[PolicyError]:
    places = {f"{key}.profile": rules.profile}
    places |= {f"{key}.models.{glob}": name for glob, name in rules.models.items()}
    for place, name in places.items():
        if name != NO_PROFILE and not _is_known(documents, name):
            hint = nearest(name, [NO_PROFILE, *documents.redaction])
            yield PolicyError(file, place, f"no profile '{name}' in redaction/; {hint}")
    for model, name in rules.models.items():
        above = next((glob for glob in rules.models if matches((glob,), model)), model)
        # A pattern behind another one may be there for models that are still to come.
        if not is_glob(model) and rules.models[above] != name:
            message = f"never counts, for '{above}' before it fits the model; put it first"
            yield PolicyError(file, f"{key}.models.{model}", message)


def _is_known(documents: Documents, name: str) -> bool:
    return name in documents.redaction or f"redaction/{name}.yaml" in documents.unread


def _vet_strictness(
    documents: Documents, place: tuple[str, str], rules: RedactionRules, above: RedactionRules
) -> Iterator[PolicyError]:
    """Whoever names a profile below the plan may only hide more."""
    models = documents.models.models if documents.models is not None else {}
    told: set[tuple[str, str]] = set()
    for model in models:
        ours, theirs = _name_for(model, rules), _name_for(model, above)
        if theirs in (ours, NO_PROFILE) or (ours, theirs) in told:
            continue
        told.add((ours, theirs))
        old, new = documents.redaction.get(theirs), documents.redaction.get(ours)
        if old is not None and (ours == NO_PROFILE or new is not None):
            reasons = "all of it" if new is None else ", ".join(weaker(new, old, _kinds(old)))
            if reasons:
                yield PolicyError(
                    *place,
                    f"'{ours}' may only be stricter than '{theirs}', and hides less of: {reasons}; "
                    "name a stricter profile",
                )


def _name_for(model: str, rules: RedactionRules) -> str:
    return next((name for glob, name in rules.models.items() if matches((glob,), model)), rules.profile)
