"""What tokens cost."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.usage.prices import Rates, objections, price_book
from gateway.usage.rules import HoursRules, PeakRules, PriceRules, PricesDocument, RateRules
from gateway.vocabulary.usage import Usage

_RATES = Rates(3_000, 150_000, 600_000, 600_000)
_counts = st.integers(0, 2_000_000)


def _at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()


def _rates(cache_miss: str) -> RateRules:
    return RateRules(cache_hit="0", cache_miss=cache_miss, output="0")


def _price(valid_from: str = "2026-01-01", miss: str = "1", **fields: Any) -> PriceRules:
    named = {"upstream": "deepseek", "model": "deepseek-flash", "currency": "USD"} | fields
    return PriceRules(valid_from=valid_from, per_million=_rates(miss), **named)


_PEAK = HoursRules(
    time_zone="Asia/Shanghai",
    days=("mon", "tue", "wed", "thu", "fri"),
    hours=("09:00-12:00", "14:00-18:00"),
    except_on=("2026-10-01",),
)


def test_a_cost_is_exact_and_rounded_up_once() -> None:
    """
    Three tokens of three thousandths of a millionth are one millionth, not three.
    """
    assert 1 == _RATES.cost(Usage(3, 0, 3, 0))
    assert 150_000 + 600_000 == _RATES.cost(Usage(10**6, 10**6, 0, 10**6))


@pytest.mark.parametrize(
    ("prices", "least"),
    [
        ([_price()], 1),
        ([_price(miss="0")], 0),
        ([_price(), _price("2026-06-01", miss="0")], 0),
        ([_price(peak=PeakRules(hours="office", per_million=_rates("0")))], 0),
        ([_price(miss="0", peak=PeakRules(hours="office", per_million=_rates("1")))], 0),
    ],
)
def test_a_price_list_asks_at_least_its_cheapest_moment(prices: list[PriceRules], least: int) -> None:
    """
    Whatever the date and the hour.
    """
    book = price_book(PricesDocument(prices=tuple(prices), hours={"office": _PEAK}))

    assert least == book.lists("deepseek", "deepseek-flash")["USD"].least()


def test_an_absurd_cost_is_cut() -> None:
    """
    At what any limit on money allows.
    """
    assert 10**15 == _RATES.cost(Usage(10**30, 0)) == _RATES.most(10**30, 0)


def test_what_no_server_divided_is_no_hit() -> None:
    """
    A prompt without cache fields costs as one that was not in the cache.
    """
    assert 150_000 == _RATES.cost(Usage(10**6, 0, 0, 0))


@given(_counts, _counts, st.integers(0, 100), st.integers(0, 100))
def test_no_answer_costs_more_than_its_bound(prompt: int, output: int, hit: int, reasoning: int) -> None:
    """
    However its tokens fall into classes.
    """
    hits = prompt * hit // 100
    usage = Usage(prompt, output, hits, prompt - hits, output * reasoning // 100)

    assert _RATES.cost(usage) <= _RATES.most(prompt, output)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-09-30T09:00", 2),
        ("2026-09-30T11:59", 2),
        ("2026-09-30T12:00", 1),
        ("2026-09-30T14:00", 2),
        ("2026-09-30T18:00", 1),
        ("2026-09-30T08:59", 1),
        ("2026-10-01T10:00", 1),
        ("2026-10-03T10:00", 1),
    ],
)
def test_peak_hours_have_a_price_of_their_own(moment: str, expected: int) -> None:
    """
    On working days, within their hours, and not on holidays.
    """
    peak = PeakRules(hours="busy", per_million=_rates("2"))
    document = PricesDocument(hours={"busy": _PEAK}, prices=(_price(peak=peak),))

    prices = price_book(document).lists("deepseek", "deepseek-flash")["USD"]

    assert expected * 10**6 == prices.at(_at(moment)).cache_miss


def test_a_price_is_valid_from_its_date() -> None:
    """
    Before the first one, the first one counts.
    """
    document = PricesDocument(prices=(_price("2026-06-01", "3"), _price("2026-01-01", "1")))
    prices = price_book(document).lists("deepseek", "deepseek-flash")["USD"]

    moments = ("2025-01-01T00:00", "2026-05-31T12:00", "2026-06-01T12:00", "2030-01-01T00:00")
    assert [1, 1, 3, 3] == [prices.at(_at(moment)).cache_miss // 10**6 for moment in moments]


def test_of_several_entries_the_first_that_fits_counts() -> None:
    """
    Each currency by itself.
    """
    document = PricesDocument(
        prices=(
            _price(miss="5", model="deepseek-*"),
            _price(miss="9", model="*", upstream="*"),
            _price(miss="7", model="*", upstream="*", currency="CNY"),
        )
    )

    lists = price_book(document).lists("deepseek", "deepseek-flash")

    assert {"USD": 5, "CNY": 7} == {name: one.at(0.0).cache_miss // 10**6 for name, one in lists.items()}


def test_what_has_no_price_has_none() -> None:
    """
    Unknown is not nothing.
    """
    assert {} == price_book(PricesDocument(prices=(_price(),))).lists("deepseek", "other")
    assert {} == price_book(None).lists("deepseek", "other")


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"prices": (_price("2026-13-01"),)}, "prices[0].valid_from"),
        ({"prices": (_price(), _price())}, "prices[1]"),
        (
            {"prices": (_price(peak=PeakRules(hours="busy", per_million=_rates("2"))),)},
            "prices[0].peak.hours",
        ),
        ({"hours": {"busy": HoursRules(time_zone="Beijing", hours=())}}, "hours.busy.time_zone"),
        ({"hours": {"busy": HoursRules(time_zone="UTC", hours=("10:00-09:00",))}}, "hours.busy.hours[0]"),
        ({"hours": {"busy": HoursRules(time_zone="UTC", hours=("10:00-24:30",))}}, "hours.busy.hours[0]"),
        (
            {"hours": {"busy": HoursRules(time_zone="UTC", hours=(), except_on=("2026-02-30",))}},
            "hours.busy.except_on[0]",
        ),
    ],
)
def test_prices_that_make_no_sense_are_refused(fields: dict[str, Any], place: str) -> None:
    """
    At their place.
    """
    assert [place] == [where for where, _ in objections(PricesDocument(**fields))]
