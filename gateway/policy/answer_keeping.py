"""What the cache may do with one model of one project."""

from collections.abc import Sequence

from gateway.cache.cache_terms import CacheTerms, cache_terms
from gateway.cache.rules import CacheRules
from gateway.policy.globs import matches
from gateway.upstreams.target import Target


def kept_by(rules: CacheRules, model: str, targets: Sequence[Target]) -> CacheTerms | None:
    """Return the terms of the cache for this model and its route, or None where it is left out."""
    if not matches(rules.models, model):
        return None
    return cache_terms(rules, model, [_stop(target) for target in targets])


def _stop(target: Target) -> list[str]:
    """Return what makes the answers of a target different from those of another one."""
    upstream = target.upstream
    return [upstream.name, upstream.kind, upstream.origin.authority, upstream.base_path, target.model]
