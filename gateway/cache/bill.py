"""Who pays for a call that is shared: what a flight knows of it."""

from typing import Protocol, Self

from gateway.vocabulary.usage import Usage


class Bill(Protocol):
    """Who pays for a call, and what it cost."""

    def pass_on(self, heir: Self) -> None:
        """Let the one who has another bill pay for the whole call from now on."""

    def stay(self) -> None:
        """Let the one who pays do so to the end of the call, though they leave now."""

    def reported(self, usage: Usage) -> None:
        """Hear what the call cost, also where the one who pays has not read so far."""

    def counted(self, deltas: int) -> None:
        """Hear how many deltas came, also where the one who pays has not read so far."""

    def over(self) -> None:
        """Hear that the call is over, and nothing more is added."""
