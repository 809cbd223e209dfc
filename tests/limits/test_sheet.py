"""What counts for one caller with one model."""

import msgspec

from gateway.limits.sheet import LEASE, PERIOD, WINDOW
from gateway.vocabulary.demand import Amounts
from tests.fakes.ledgers import NOON_MS, a_sheet, at_once, requests, spend, tokens


def test_a_sheet_measures_each_limit_by_its_kind() -> None:
    """
    Requests, tokens of either side, places and money.
    """
    sheet = a_sheet(requests(5), tokens(9, count="input"), at_once(2), spend("1"))

    assert [1, 30, 1, 250] == sheet.measure(Amounts(1, 30, 70, {"USD": 250, "CNY": 9}))


def test_a_sheet_says_its_terms_as_numbers() -> None:
    """
    Packed for a script, they are the same.
    """
    sheet = a_sheet(requests(5, mode="shadow"), spend("1"), at_once(2))
    numbers = sheet.numbers(NOON_MS)

    assert [WINDOW, PERIOD, LEASE] == [terms[0] for terms in numbers]
    assert ((5, 1, 1000, 60), (1_000_000, 0), (2, 0, 60_000)) == (
        numbers[0][1:],
        numbers[1][1:3],
        numbers[2][1:],
    )
    assert [list(terms) for terms in numbers] == msgspec.msgpack.decode(sheet.packed(NOON_MS))


def test_a_new_period_is_noticed() -> None:
    """
    The edges move with the calendar; within a period nothing is worked out twice.
    """
    sheet = a_sheet(spend("1", "hour"))
    first, again = sheet.numbers(NOON_MS), sheet.numbers(NOON_MS + 1)

    later = sheet.numbers(NOON_MS + 3_600_000)

    assert first is again
    assert first[0][5] == later[0][4]


def test_a_share_has_the_same_keys_and_less_room() -> None:
    """
    Never nothing, and made once.
    """
    sheet = a_sheet(requests(100), at_once(2))

    share = sheet.share(25)

    assert [25, 1] == [counter.capacity for counter in share.counters]
    assert (sheet.keys, True) == (share.keys, share is sheet.share(25))


def test_a_sheet_knows_whether_it_has_leases_and_money() -> None:
    """
    So that nobody renews or prices in vain.
    """
    assert (True, False) == (a_sheet(at_once(1)).has_lease, a_sheet(at_once(1)).counts_money)
    assert (False, True) == (a_sheet(spend("1")).has_lease, a_sheet(spend("1")).counts_money)


def test_what_is_told_of_a_sheet_is_told_once() -> None:
    """
    The header that never changes is not written anew.
    """
    sheet = a_sheet(requests(5))

    assert (b"a", b"a") == (sheet.remember(lambda _: b"a"), sheet.remember(lambda _: b"b"))
