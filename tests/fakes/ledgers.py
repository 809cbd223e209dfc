"""Sheets and holds as tests of the ledgers want them."""

from typing import Any

from gateway.limits.kinds.concurrency import ConcurrencyLimit
from gateway.limits.kinds.requests import RequestLimit
from gateway.limits.kinds.spend import SpendLimit
from gateway.limits.kinds.tokens import TokenLimit
from gateway.limits.ledger import Hold, Ledger
from gateway.limits.limit_rule import CountedLimit
from gateway.limits.sheet import Counter, Sheet

NOON_MS = 1_800_000_000_000
"""A moment in 2027, at which no window or period begins."""


def a_counter(rule: CountedLimit, tag: str = "acme") -> Counter:
    """The counter of a limit of a whole tenant."""
    return Counter(rule, f"{{{tag}}}:l:{rule.name}", rule.window, rule.capacity, rule.is_shadow)


def a_sheet(*rules: CountedLimit, tag: str = "acme") -> Sheet:
    """The sheet of these limits."""
    return Sheet.of(tag, [a_counter(rule, tag) for rule in rules])


def requests(limit: int, seconds: int = 60, **fields: Any) -> RequestLimit:
    """So many requests."""
    return RequestLimit(name="requests", limit=limit, window_seconds=seconds, **fields)


def tokens(limit: int, seconds: int = 60, **fields: Any) -> TokenLimit:
    """So many tokens."""
    return TokenLimit(name="tokens", limit=limit, window_seconds=seconds, **fields)


def at_once(limit: int, **fields: Any) -> ConcurrencyLimit:
    """So many at once."""
    return ConcurrencyLimit(name="at-once", limit=limit, **fields)


def spend(amount: str, period: Any = "hour", **fields: Any) -> SpendLimit:
    """So much money."""
    return SpendLimit(name="budget", amount=amount, money="USD", period=period, **fields)


def a_hold(reservation_id: str, sheet: Sheet, *amounts: int) -> Hold:
    """A demand."""
    return Hold(reservation_id, sheet, amounts)


async def taught(ledger: Ledger) -> None:
    """Let Redis see every script once: what it has to be sent again comes out of turn."""
    sheet = a_sheet(at_once(1), tag="school")
    hold = a_hold("a", sheet, 1)
    await ledger.reserve(hold)
    ledger.renew(hold)
    ledger.settle(hold, (1,))
    while (await ledger.look(sheet)).standings[0].left != 1:
        pass
