"""What policies/prices.yaml may say: what tokens cost, where, since when and at which hours."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gateway.vocabulary.money import Amount, Currency

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Hours = Annotated[
    str,
    Meta(
        pattern="^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]|24):[0-5][0-9]$",
        description="hours in quotes, such as 09:00-12:00",
    ),
]
Date = Annotated[
    str,
    Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="a date in quotes, such as 2026-11-15"),
]
PriceGlob = Annotated[
    str,
    Meta(
        pattern="^[A-Za-z0-9._:/@*?-]{1,128}$",
        description="a name, in which * stands for any text and ? for one character",
    ),
]
WindowName = Annotated[
    str, Meta(pattern="^[a-z0-9][a-z0-9_-]{0,62}$", description="a name of small letters, digits and dashes")
]


class RateRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    What a million tokens cost: of the prompt where the upstream's cache had them or not, and of the answer.

    `reasoning` costs as `output` does where it is not said.
    """

    cache_hit: Amount
    cache_miss: Amount
    output: Amount
    reasoning: Amount | None = None


class HoursRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hours of a week with a price of their own; `except_on` are dates of the time zone, such as holidays."""

    time_zone: str
    hours: tuple[Hours, ...]
    days: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    except_on: tuple[Date, ...] = ()


class PeakRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a million tokens cost within these hours."""

    hours: WindowName
    per_million: RateRules


class PriceRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    The price of a model at an upstream, in one currency, from a date on.

    `model` is the name under which the upstream knows it. Of several entries
    that fit, the first counts; of the same entry with several dates, the
    latest that has begun. A date begins at midnight UTC.
    """

    upstream: PriceGlob
    model: PriceGlob
    currency: Currency
    valid_from: Date
    per_million: RateRules
    peak: PeakRules | None = None


class PricesDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """prices.yaml: what tokens cost."""

    hours: dict[WindowName, HoursRules] = {}
    prices: tuple[PriceRules, ...] = ()
