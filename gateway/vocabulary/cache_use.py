"""What an exchange had to do with the cache."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from gateway.vocabulary.usage import Usage

_NO_COSTS: Mapping[str, int] = {}

CacheResult = Literal["hit", "miss", "collapsed", "bypass"]


class CacheUse(msgspec.Struct, frozen=True):
    """
    How the cache took part in one exchange.

    A `hit` was answered from it, a `collapsed` one shared the upstream call of
    another exchange, a `miss` was answered anew, and a `bypass` was none of
    its business, by policy or by the caller's wish: `reason` says which.
    `saved` is what the answer would have consumed, `saved_costs` what that
    would have cost, in micro-units of each currency in which a price is known.
    """

    result: CacheResult
    reason: str = ""
    age_seconds: int = 0
    saved: Usage | None = None
    saved_costs: Mapping[str, int] = _NO_COSTS
