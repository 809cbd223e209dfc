"""What an exchange asks of the limits, and what it was granted."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Demand:
    """What one exchange may at most consume: an upper bound, in whole units."""

    requests: int = 1
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Reservation:
    """A demand that was granted; settled exactly once under this id."""

    reservation_id: str
    demand: Demand
