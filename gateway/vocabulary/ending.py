"""How an exchange ended."""

from enum import StrEnum


class Ending(StrEnum):
    """The one way in which an exchange ended."""

    FINISHED = "finished"
    UPSTREAM_BROKE = "upstream_broke"
    CALLER_LEFT = "caller_left"
    TIMED_OUT = "timed_out"
    REFUSED = "refused"
