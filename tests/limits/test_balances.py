"""How much of a counter is used."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.limits.balances import LeaseBalance, PeriodBalance, WindowBalance
from gateway.limits.sheet import LEASE, PERIOD, WINDOW

_MINUTE = (WINDOW, 100, 0, 1000, 60)
_moments = st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 30)), max_size=30)


@given(_moments)
def test_no_window_wherever_it_begins_holds_more_than_the_limit(steps: list[tuple[int, int]]) -> None:
    """
    Granted is only what fits, and then no 60 seconds hold more than 100.
    """
    balance, now, granted = WindowBalance(), 1_800_000_000_000, list[tuple[int, int]]()
    for wait, amount in steps:
        now += wait
        if balance.open(_MINUTE, now) + amount <= 100:
            balance.take(amount, "")
            granted.append((now, amount))

    for begin, _ in granted:
        within = [amount for moment, amount in granted if begin <= moment < begin + 60_000]
        assert sum(within) <= 100


@given(_moments)
def test_what_is_said_to_come_free_is_free_then(steps: list[tuple[int, int]]) -> None:
    """
    And not a millisecond before.
    """
    balance, now = WindowBalance(), 1_800_000_000_000
    for wait, amount in steps:
        now += wait
        surplus = balance.open(_MINUTE, now) + amount - 100
        if surplus > 0:
            free_at = balance.free_at(surplus)
            assert balance.open(_MINUTE, free_at - 1) + amount > 100
            assert balance.open(_MINUTE, free_at) + amount <= 100
            now = free_at
        balance.take(amount, "")


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=20))
def test_reserved_less_settled_less_released_is_nothing(exchanges: list[tuple[int, int]]) -> None:
    """
    What is used in the end is what was settled.
    """
    balance = WindowBalance()
    stamps = []
    for number, (reserved, _) in enumerate(exchanges):
        balance.open(_MINUTE, 1_800_000_000_000 + number * 100)
        stamps.append(balance.take(reserved, ""))
    for stamp, (reserved, used) in zip(stamps, exchanges, strict=True):
        balance.correct(stamp, used - reserved, "")

    assert sum(used for _, used in exchanges) == balance.open(_MINUTE, 1_800_000_002_000)


def test_a_period_is_not_given_back_what_another_one_took() -> None:
    """
    Only the stamp of this period counts.
    """
    balance = PeriodBalance()
    balance.open((PERIOD, 100, 0, 0, 1000, 2000, 3000), 1500)
    stamp = balance.take(60, "")
    balance.open((PERIOD, 100, 0, 1000, 2000, 3000, 4000), 2500)
    balance.take(10, "")

    balance.correct(stamp, -60, "")

    assert 10 == balance.open((PERIOD, 100, 0, 1000, 2000, 3000, 4000), 2500)


def test_the_ledgers_clock_decides_which_period_it_is() -> None:
    """
    A gateway whose clock is a little ahead or behind names the neighbours too.
    """
    terms = (PERIOD, 100, 0, 1000, 2000, 3000, 4000)
    balance = PeriodBalance()

    assert [0, 2000, 3000] == [balance.open(terms, 1999), balance.free_at(1), _end_at(terms, 2000)]
    assert 4000 == _end_at(terms, 3000)


def test_leases_end_one_by_one() -> None:
    """
    Each at its own time, unless it is renewed.
    """
    balance, terms = LeaseBalance(), (LEASE, 5, 0, 1000)
    balance.open(terms, 0)
    balance.take(1, "a")
    balance.open(terms, 600)
    balance.take(1, "b")
    balance.take(0, "nobody")

    assert [2, 1, 0] == [balance.open(terms, now) for now in (999, 1000, 1600)]


def _end_at(terms: tuple[int, ...], now: int) -> int:
    balance = PeriodBalance()
    balance.open(terms, now)
    return balance.free_at(1)
