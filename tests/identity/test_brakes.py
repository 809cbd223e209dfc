"""Guessing from one address is slowed and counted."""

import pytest

from gateway.identity.brakes import FAILURES_AT_ONCE, SECONDS_EACH, Brakes
from gateway.identity.refusals import TooManyFailures

_NOW = 1_800_000_000.0


def fail(brakes: Brakes, address: str = "192.0.2.1", times: int = 1, now: float = _NOW) -> None:
    """Show so many wrong credentials."""
    for _ in range(times):
        brakes.failed(address, now)


def is_braked(brakes: Brakes, address: str = "192.0.2.1", now: float = _NOW) -> bool:
    """Whether an address has to wait."""
    try:
        brakes.check(address, now)
    except TooManyFailures:
        return True
    return False


def test_some_failures_are_free() -> None:
    """
    People mistype; so many failures at once are nobody's attack.
    """
    brakes = Brakes()

    fail(brakes, times=FAILURES_AT_ONCE - 1)

    assert not is_braked(brakes)
    assert FAILURES_AT_ONCE - 1 == brakes.failures


def test_an_address_that_used_them_up_waits_for_the_next() -> None:
    """
    It is told how long, and then may fail once more.
    """
    brakes = Brakes()
    fail(brakes, times=FAILURES_AT_ONCE)

    with pytest.raises(TooManyFailures) as refused:
        brakes.check("192.0.2.1", _NOW)
    later = _NOW + (refused.value.retry_after or 0.0)
    after = is_braked(brakes, now=later)
    fail(brakes, now=later)

    assert pytest.approx(SECONDS_EACH) == refused.value.retry_after
    assert not after
    assert is_braked(brakes, now=later)


def test_the_account_never_grows_beyond_its_limit() -> None:
    """
    A million guesses cost no longer wait than the first few.
    """
    brakes = Brakes()
    fail(brakes, times=FAILURES_AT_ONCE * 50)

    assert not is_braked(brakes, now=_NOW + SECONDS_EACH + 0.1)


def test_other_addresses_are_not_slowed() -> None:
    """
    Each has its own account.
    """
    brakes = Brakes()

    fail(brakes, times=FAILURES_AT_ONCE)

    assert not is_braked(brakes, "192.0.2.2")


def test_an_address_is_told_of_once() -> None:
    """
    The operator hears of an attack, not of every guess in it.
    """
    told: list[str] = []
    brakes = Brakes(told.append)

    fail(brakes, times=FAILURES_AT_ONCE * 3)

    assert ["192.0.2.1"] == told


def test_an_attack_that_goes_on_is_told_of_once() -> None:
    """
    It fills no log: told is another one, after the account was clear.
    """
    told: list[float] = []
    brakes = Brakes(lambda _: told.append(now))
    for second in range(3600):
        now = _NOW + second
        if not is_braked(brakes, now=now):
            fail(brakes, now=now)
    assert (True, 1) == (brakes.failures > 1000, len(told))

    now += FAILURES_AT_ONCE * SECONDS_EACH
    fail(brakes, times=FAILURES_AT_ONCE, now=now)
    assert [now] == told[1:]


def test_the_number_of_addresses_is_bounded() -> None:
    """
    Who has a whole network fills no memory with it.
    """
    brakes = Brakes()

    for number in range(10_500):
        fail(brakes, f"10.0.{number >> 8}.{number & 255}")

    assert 10_000 == len(brakes._clear_at)
