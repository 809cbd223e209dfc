"""Money: whole micro-units of a currency, never floating point."""

from typing import Annotated

from msgspec import Meta

MICROS = 1_000_000

Amount = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,9}(\.[0-9]{1,6})?$",
        description='an amount of money in quotes, such as "250" or "0.003", with up to six decimals',
    ),
]
Currency = Annotated[
    str, Meta(pattern="^[A-Z]{3}$", description="a currency of three capital letters, such as USD or CNY")
]


def micros_of(amount: str) -> int:
    """Return an amount as whole micro-units."""
    whole, _, part = amount.partition(".")
    return int(whole) * MICROS + int((part + "000000")[:6])


def amount_of(micros: int, decimals: int = 2) -> str:
    """Return micro-units as an amount, cut (never rounded up) to so many decimals."""
    sign, micros = ("-" if micros < 0 else ""), abs(micros)
    part = f"{micros % MICROS:06d}"[:decimals]
    return f"{sign}{micros // MICROS}.{part}" if decimals else f"{sign}{micros // MICROS}"
