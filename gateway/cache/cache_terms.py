"""What the cache may do for one project and one model, compiled with the policies."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from gateway.cache.rules import CacheRules


@dataclass(frozen=True, slots=True)
class CacheTerms:
    """
    The rules, and a digest of the route that answers come by.

    An answer that came by another route is another answer, so the digest is
    part of every key.
    """

    model: str
    rules: CacheRules
    route: bytes

    def objection(self, body: Mapping[str, Any]) -> str | None:
        """Return why this request has nothing to do with the cache, or None."""
        temperature = body.get("temperature")
        if temperature is not None and temperature > self.rules.max_temperature:
            return "temperature"
        if not self.rules.tools and (body.get("tools") or body.get("functions")):
            return "tools"
        return None


def cache_terms(rules: CacheRules, model: str, stops: list[list[str]]) -> CacheTerms | None:
    """Return the terms of a model whose route has these stops; None where nothing is kept."""
    if not rules.enabled:
        return None
    return CacheTerms(model, rules, hashlib.sha256(msgspec.msgpack.encode([model, stops])).digest())
