"""What a policy document may say about limits: the section `limits` of a plan."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gateway.limits.kinds import AnyLimit
from gateway.limits.kinds.ceilings import OutputCeiling
from gateway.limits.kinds.tokens import TokenLimit
from gateway.limits.limit_rule import LimitRule, Units

Percent = Annotated[int, Meta(ge=1, le=100, description="a whole number from 1 to 100")]
Replicas = Annotated[int, Meta(ge=0, le=5, description="a whole number from 0 to 5")]
WhenRedisFails = Literal["deny", "allow", "local"]

# Long enough for an answer with its reasoning, short enough to be reserved.
_USUAL_MAX_TOKENS = 32_768


class LimitRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    The limits of a plan.

    `when_redis_fails`: `deny` requests, `allow` them uncounted, or count them
    `local`ly in each process against `local_percent` of every limit.
    `wait_for_replicas` is how many replicas must have a grant before it
    counts. `max_tokens` is sent upstream where a limit counts tokens or money
    and the caller named no maximum.
    """

    when_redis_fails: WhenRedisFails = "deny"
    local_percent: Percent = 25
    wait_for_replicas: Replicas = 0
    max_tokens: Units | None = None
    rules: tuple[AnyLimit, ...] = ()


class KeyLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The limits of one key, beside those of its plan: whatever `per` says, they count that key alone."""

    rules: tuple[AnyLimit, ...] = ()


def maximum_to_send(rules: Sequence[LimitRule], stated: int | None) -> int | None:
    """Return the `max_tokens` for callers who name none; None where nothing depends on it."""
    if not any(rule.counts_tokens for rule in rules):
        return None
    bounds = [bound for rule in rules if (bound := _bound(rule)) is not None]
    return min(stated or _USUAL_MAX_TOKENS, *bounds, 2**31)


def read_key_limits(text: bytes) -> tuple[AnyLimit, ...]:
    """Return the limits of a key as they are kept beside it."""
    return msgspec.json.decode(text, type=KeyLimits).rules


def objections(rules: LimitRules) -> Iterator[tuple[str, str]]:
    """Yield place and reason of every limit that could not be kept."""
    yield from _each(rules.rules, ".rules")
    if rules.max_tokens is not None:
        yield from _impossible(rules, rules.max_tokens)


def key_objections(limits: KeyLimits) -> Iterator[tuple[str, str]]:
    """Yield place and reason of every limit of a key that could not be kept."""
    return _each(limits.rules, ".rules")


def _each(rules: Sequence[LimitRule], key: str) -> Iterator[tuple[str, str]]:
    names = Counter(rule.name for rule in rules)
    for place, rule in enumerate(rules):
        if names[rule.name] > 1:
            yield (
                f"{key}[{place}].name",
                f"'{rule.name}' names {names[rule.name]} limits; give each its own name",
            )
        for where, message in rule.objections():
            yield f"{key}[{place}]{where}", message


def _impossible(rules: LimitRules, maximum: int) -> Iterator[tuple[str, str]]:
    for rule in rules.rules:
        bound = _bound(rule)
        if bound is not None and maximum > bound:
            yield ".max_tokens", f"is more than the limit '{rule.name}' ever grants ({bound}); lower it"


def _bound(rule: LimitRule) -> int | None:
    """Return how many tokens of output one request could have under this limit."""
    if rule.is_shadow:
        return None
    if isinstance(rule, OutputCeiling):
        return rule.at_most
    if isinstance(rule, TokenLimit) and rule.count != "input":
        return rule.limit
    return None
