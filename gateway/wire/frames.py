"""The unit in which answers travel from an upstream to a caller."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Protocol, TypeGuard

import msgspec

from gateway.vocabulary.usage import Usage


class FrameKind(IntEnum):
    """What a frame is to those who let it pass."""

    DELTA = 0
    DONE = 1
    ERROR = 2
    WHOLE = 3


class Frame(msgspec.Struct, frozen=True, gc=False):
    """
    One piece of an answer, in DeepSeek's wire format.

    `raw` is exactly what the caller is sent: a server-sent event with its
    blank line (DELTA, DONE, ERROR) or a JSON document (WHOLE). Comments and
    blank lines are no frames. `usage` is what the frame reports, noted by
    whoever read it, so that nobody looks for it twice.
    """

    kind: FrameKind
    raw: bytes
    usage: Usage | None = None


DONE = Frame(FrameKind.DONE, b"data: [DONE]\n\n")


class FrameSink(Protocol):
    """Where frames go, in the moment in which they come."""

    def take(self, frames: Sequence[Frame]) -> bool:
        """Take these frames, at least one; return False to be given none before `ready` returned."""

    async def ready(self) -> bool:
        """Return when there is room for more; False if no more is wanted."""


class FrameSource(Protocol):
    """Where an answer's frames come from: an upstream, a cache, a running flight."""

    async def pour(self, sink: "FrameSink") -> None:
        """
        Hand every frame to the sink as it comes; return at the proper end, raise a `Refusal` otherwise.

        Returns too when the sink wants no more.
        """

    def close(self) -> None:
        """Let go of what feeds this source; never waits, may be repeated."""


class Stage(Protocol):
    """One station of the way back; synchronous, one object per exchange."""

    def feed(self, frame: Frame) -> Sequence[Frame]:
        """Return the frames that may go on now."""

    def finish(self) -> Sequence[Frame]:
        """Return what was held back, at the proper end."""


class PatientStage(Stage, Protocol):
    """A station at which a long frame may take a while."""

    async def feed_slowly(self, frame: Frame) -> Sequence[Frame]:
        """Return what `feed` would, with turns for others in between."""


def is_patient(stage: Stage) -> TypeGuard[PatientStage]:
    """Return whether a stage can be fed slowly; to ask the protocol itself takes ten microseconds."""
    return hasattr(stage, "feed_slowly")
