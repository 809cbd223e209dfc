"""Where somebody stands with their limits: for GET /v1/usage, the balance, and the operator."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from gateway.limits.limit_terms import LimitTerms
from gateway.limits.sheet import Counter, Sheet
from gateway.limits.verdict import Standing
from gateway.limits.windows import Calendar, Lease
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.money import amount_of

_MONEY_DECIMALS = 6


class Line(msgspec.Struct, frozen=True):
    """One limit, and where its counter stands; `model` is set where each model is counted by itself."""

    counter: Counter
    model: str | None
    standing: Standing


class Account(msgspec.Struct, frozen=True):
    """Every limit that holds for a caller, whatever model they ask for; each counter once."""

    counters: tuple[tuple[Counter, str | None], ...]
    sheet: Sheet

    def lines(self, standings: Sequence[Standing]) -> list[Line]:
        """Return the lines, with what a ledger says of the counters of `sheet`."""
        return [
            Line(counter, model, standing)
            for (counter, model), standing in zip(self.counters, standings, strict=True)
        ]


def account_of(terms: Iterable[LimitTerms], caller: Caller, user: str | None) -> Account:
    """Return the account of a caller under the terms of all their models."""
    found: dict[str, tuple[Counter, str | None]] = {}
    tag = caller.tenant
    for one in terms:
        for counter in one.sheet(caller, user).counters:
            model = one.model if "model" in counter.rule.per else None
            found.setdefault(counter.key, (counter, model))
    counters = tuple(found.values())
    return Account(counters, Sheet.of(tag, [counter for counter, _ in counters]))


def line_document(line: Line) -> dict[str, Any]:
    """Return a line as JSON shows it; money is text, as DeepSeek's own balance is."""
    counter, standing = line.counter, line.standing
    rule = counter.rule
    document: dict[str, Any] = {
        "name": rule.name,
        "kind": rule.kind,
        "per": list(rule.per),
        "mode": rule.mode,
        "limit": _shown(counter, counter.capacity),
        "used": _shown(counter, counter.capacity - standing.left),
        "remaining": _shown(counter, max(0, standing.left)),
        "resets_in_seconds": -(-standing.reset_ms // 1000),
    }
    if line.model is not None:
        document["model"] = line.model
    if rule.currency is not None:
        document["currency"] = rule.currency
    if isinstance(counter.window, Calendar):
        document |= {"period": counter.window.period, "time_zone": counter.window.time_zone}
    elif not isinstance(counter.window, Lease):
        document["window_seconds"] = counter.window.seconds
    return document


def balance_document(lines: Iterable[Line]) -> dict[str, Any]:
    """
    Return what is left to spend, in the shape of DeepSeek's own balance.

    (https://api-docs.deepseek.com/api/get-user-balance) Of several budgets in
    a currency, the one with least left counts. Without a budget nothing is
    stated, and all is available.
    """
    left: dict[str, int] = {}
    for line in lines:
        currency = line.counter.rule.currency
        if currency is not None and not line.counter.is_shadow:
            remaining = max(0, line.standing.left)
            left[currency] = min(remaining, left.get(currency, remaining))
    return {
        "is_available": all(left.values()),
        "balance_infos": [
            {
                "currency": currency,
                "total_balance": amount_of(micros),
                "granted_balance": "0.00",
                "topped_up_balance": amount_of(micros),
            }
            for currency, micros in left.items()
        ],
    }


def _shown(counter: Counter, amount: int) -> int | str:
    return amount_of(amount, _MONEY_DECIMALS) if counter.rule.currency is not None else amount
