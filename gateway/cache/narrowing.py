"""What tenants, projects and keys take back of the cache that their plan gives them."""

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from gateway.cache.cache_terms import CacheTerms
from gateway.cache.rules import CacheRules, CacheScope, NarrowerCacheRules

# Which scopes are within another one. A user may have several keys, and a key several users.
_WITHIN: dict[CacheScope, frozenset[CacheScope]] = {
    "tenant": frozenset({"tenant", "project", "key", "user"}),
    "project": frozenset({"project", "key", "user"}),
    "key": frozenset({"key"}),
    "user": frozenset({"user"}),
}


def narrowed(rules: CacheRules, narrower: NarrowerCacheRules | None) -> CacheRules:
    """Return rules with what is taken back of them; what would widen them takes nothing back."""
    if narrower is None:
        return rules
    scope, ttl = narrower.scope, narrower.ttl_seconds
    return msgspec.structs.replace(
        rules,
        enabled=rules.enabled and narrower.enabled is not False,
        scope=scope if scope in _WITHIN[rules.scope] else rules.scope,
        ttl_seconds=rules.ttl_seconds if ttl is None else min(ttl, rules.ttl_seconds),
    )


def widenings(rules: CacheRules, narrower: NarrowerCacheRules | None) -> Iterator[tuple[str, str]]:
    """Yield key and reason of everything that would give more than the rules above it."""
    if narrower is None:
        return
    if narrower.enabled and not rules.enabled:
        yield "enabled", "the cache is off above, and may only be narrowed here; remove this key"
    if narrower.ttl_seconds is not None and narrower.ttl_seconds > rules.ttl_seconds:
        yield "ttl_seconds", f"may only be narrowed here; above, it is {rules.ttl_seconds}"
    if narrower.scope is not None and narrower.scope not in _WITHIN[rules.scope]:
        yield "scope", f"may only be narrowed here; '{narrower.scope}' is not within '{rules.scope}' above"


def keeps_nothing(narrower: NarrowerCacheRules | None) -> bool:
    """Whether this says that nothing at all is kept."""
    return narrower is not None and narrower.enabled is False


@lru_cache(maxsize=1024)
def key_keeps_nothing(of_key: bytes) -> bool:
    """Whether a key says so in this JSON; what cannot be read may well say it."""
    try:
        return keeps_nothing(msgspec.json.decode(of_key, type=NarrowerCacheRules))
    except msgspec.MsgspecError:
        return True


@lru_cache(maxsize=1024)
def terms_for(terms: CacheTerms, of_key: bytes) -> CacheTerms | None:
    """Return the terms of a key that takes back what this JSON says; None if that is all."""
    try:
        narrower = msgspec.json.decode(of_key, type=NarrowerCacheRules)
    except msgspec.MsgspecError:
        # It was written by another version: what cannot be read may well say that nothing is kept.
        return None
    rules = narrowed(terms.rules, narrower)
    return CacheTerms(terms.model, rules, terms.route) if rules.enabled else None
