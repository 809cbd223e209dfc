"""Facts that happen outside an exchange, and who listens to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from gateway.vocabulary.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Notice:
    """
    Something that happened outside an exchange.

    `kind` is dotted and stable (`policy.reloaded`, `policy.rejected`);
    `facts` hold no secret and no private text.
    """

    kind: str
    facts: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)


class Listener(Protocol):
    """One who wants to hear how things went; listening never waits and never fails."""

    def exchange_ended(self, outcome: Outcome) -> None:
        """Take in one closed exchange."""

    def noticed(self, notice: Notice) -> None:
        """Take in one fact from outside an exchange."""
