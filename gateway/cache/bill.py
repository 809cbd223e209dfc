"""Who pays for a call that is shared: what a flight knows of it."""

from collections.abc import Callable
from typing import Literal, Protocol, Self

import msgspec

from gateway.vocabulary.usage import Usage


class Note(msgspec.Struct, frozen=True, array_like=True):
    """Something that was noted of a call, for a bill in another process; see the acts of a bill."""

    act: Literal["began", "repeated", "failed", "withheld"]
    upstream: str = ""
    model: str = ""
    status: int = 0
    code: str = ""


class Bill(Protocol):
    """Who pays for a call, and what it cost."""

    def pass_on(self, heir: Self) -> None:
        """Let the one who has another bill pay for the whole call from now on."""

    def reported(self, usage: Usage) -> None:
        """Hear what the call cost, also where the one who pays has not read so far."""

    def abroad(self, post: Callable[[Note], None]) -> Self:
        """Return a bill of somebody in another process, who is sent what has to be noted."""

    def note(self, note: Note) -> None:
        """Take over what was noted in another process: this bill pays for that call."""
