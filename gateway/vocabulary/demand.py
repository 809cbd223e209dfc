"""What an exchange asks of the limits, and what it was granted."""

import msgspec


class Demand(msgspec.Struct, frozen=True):
    """What one exchange may at most consume: an upper bound, in whole units."""

    requests: int = 1
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Reservation(msgspec.Struct, frozen=True):
    """A demand that was granted; settled exactly once under this id."""

    reservation_id: str
    demand: Demand
