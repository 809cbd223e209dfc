"""The limits of a plan as they hold for one project of a tenant and one model."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from hashlib import blake2b

import msgspec

from gateway.limits.kinds import AnyLimit
from gateway.limits.kinds.ceilings import Ceiling
from gateway.limits.limit_rule import CountedLimit, LimitRule
from gateway.limits.refusals import LimitsUnavailable
from gateway.limits.rules import LimitRules, WhenRedisFails, maximum_to_send, read_key_limits
from gateway.limits.sheet import Counter, Sheet
from gateway.limits.sheet_memory import SheetMemory
from gateway.vocabulary.caller import Caller

# Callers may send a name of many megabytes, and another one with each request.
_LONGEST_KEPT_USER = 128

NO_SHEET = Sheet("", ())


@dataclass(frozen=True, slots=True)
class LimitTerms:
    """
    The limits of a plan, made once for each policy version.

    A credential may bring more of its own. The sheet of each caller is made
    when they first come, and kept in `sheets`, which all terms of a policy version share.
    """

    tenant: str
    project: str
    model: str
    rules: tuple[LimitRule, ...] = ()
    max_tokens: int | None = None
    when_redis_fails: WhenRedisFails = "deny"
    local_percent: int = 25
    replicas: int = 0
    knows_users: bool = False
    sheets: SheetMemory = field(default_factory=SheetMemory, compare=False, repr=False)

    def sheet(self, caller: Caller, user: str | None) -> Sheet:
        """Return what counts for this caller, and for this end user of theirs."""
        if not self.rules and not caller.limits:
            return NO_SHEET
        # A limit of the credential's own may tell users apart where the plan tells none.
        knows_users = self.knows_users or b"end_user" in caller.limits
        who = (caller.account, caller.limits, (user or "") if knows_users else "")
        whose = (self.tenant, self.project, self.model, *who)
        if len(whose[-1]) > _LONGEST_KEPT_USER:
            whose = (*whose[:-1], _digest(whose[-1]))
        return self.sheets.find(whose) or self.sheets.keep(whose, self._make(*who))

    def _make(self, key_id: str, own: bytes, user: str) -> Sheet:
        more = [rule for rule in _own_limits(own) if _matches(rule.models, self.model)]
        rules = (*self.rules, *more)
        counters = [
            self._counter(rule, key_id, user, is_own=place >= len(self.rules))
            for place, rule in enumerate(rules)
            if isinstance(rule, CountedLimit)
        ]
        return Sheet.of(
            self.tenant,
            counters,
            ceilings=tuple([rule for rule in rules if isinstance(rule, Ceiling)]),
            max_tokens=maximum_to_send(rules, self.max_tokens),
            replicas=self.replicas,
        )

    def _counter(self, rule: CountedLimit, key_id: str, user: str, *, is_own: bool) -> Counter:
        key = self._key(rule, key_id, user, is_own=is_own)
        return Counter(rule, key, rule.window, rule.capacity, rule.is_shadow, is_own)

    def _key(self, rule: CountedLimit, key_id: str, user: str, *, is_own: bool) -> str:
        scopes = {*rule.per, "key"} if is_own else set(rule.per)
        parts = [self._part(scope, key_id, user) for scope in sorted(scopes) if scope != "tenant"]
        name = f"key/{rule.name}" if is_own else rule.name
        return f"{{{self.tenant}}}:l:{name}:{rule.mark}:{'|'.join(parts)}"

    def _part(self, scope: str, key_id: str, user: str) -> str:
        if scope == "end_user":
            # Who the end user is concerns nobody who reads Redis.
            return "u=" + blake2b(user.encode(), digest_size=12, key=self.tenant.encode()).hexdigest()
        return {"project": f"p={self.project}", "key": f"k={key_id}", "model": f"m={self.model}"}[scope]


NO_LIMITS = LimitTerms("", "", "")


def limit_terms(
    rules: LimitRules, tenant: str, project: str, model: str, sheets: SheetMemory | None = None
) -> LimitTerms:
    """Return the limits of a plan that hold for a model; without `sheets` they remember their own."""
    mine = tuple([rule for rule in rules.rules if _matches(rule.models, model)])
    return LimitTerms(
        tenant,
        project,
        model,
        mine,
        rules.max_tokens,
        rules.when_redis_fails,
        rules.local_percent,
        rules.wait_for_replicas,
        knows_users=any("end_user" in rule.per for rule in mine),
        sheets=SheetMemory() if sheets is None else sheets,
    )


def _digest(user: str) -> str:
    # One character longer than any name that is kept as it is, so that nobody can have it.
    return "#" + blake2b(user.encode()).hexdigest()


def _own_limits(text: bytes) -> tuple[AnyLimit, ...]:
    if not text:
        return ()
    try:
        return read_key_limits(text)
    except msgspec.DecodeError as error:
        # Another version wrote them; going on without them would be going on without limits.
        raise LimitsUnavailable(
            "The limits of your API key cannot be read. Ask the operator of this gateway to renew it."
        ) from error


def _matches(globs: Sequence[str], name: str) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs)
