"""What a ledger says to a demand."""

import msgspec

NEVER = -1
SOON_MS = 1000
"""When it is worth looking again for what runs: nobody knows when an answer ends."""


class Standing(msgspec.Struct, frozen=True, gc=False):
    """How much of a limit is left, and in how many milliseconds all of it is."""

    left: int
    reset_ms: int


class Verdict(msgspec.Struct, frozen=True):
    """
    Granted, or refused by the limit at `failed`.

    `retry_ms` is when the same demand may fit, `NEVER` if it is larger than
    the limit itself. `standings` has one entry for each limit, in order.
    """

    is_granted: bool
    standings: tuple[Standing, ...]
    failed: int = -1
    retry_ms: int = 0


NO_LIMITS = Verdict(is_granted=True, standings=())
