"""The unit in which answers travel from an upstream to a caller."""

from enum import IntEnum

import msgspec


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
    blank lines are no frames. A msgspec struct, because one is made per delta
    and a frozen dataclass costs five times as much.
    """

    kind: FrameKind
    raw: bytes


DONE = Frame(FrameKind.DONE, b"data: [DONE]\n\n")
