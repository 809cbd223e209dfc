"""
Whether everything that is demanded fits: a pure decision.

All of it or nothing. A shadow limit has no say. Where several limits do not
fit, the one that takes longest is named, because before it comes free none of
the others helps.
"""

from collections.abc import Callable, Sequence

import msgspec

from gateway.limits.verdict import NEVER


class Need(msgspec.Struct, frozen=True):
    """
    What one counter is asked for.

    `free_at` says when so much of its use has come free by itself.
    """

    amount: int
    used: int
    capacity: int
    is_shadow: bool
    free_at: Callable[[int], int]


def admit(needs: Sequence[Need], now_ms: int) -> tuple[int, int]:
    """Return the place of the limit that refuses and when to try again, or (-1, 0) if all fit."""
    failed, wait_ms = -1, 0
    for place, need in enumerate(needs):
        surplus = need.used + need.amount - need.capacity
        if surplus <= 0 or need.is_shadow or not need.amount:
            continue
        if need.amount > need.capacity:
            return place, NEVER
        longest = max(1, need.free_at(surplus) - now_ms)
        if longest > wait_ms:
            failed, wait_ms = place, longest
    return failed, wait_ms
