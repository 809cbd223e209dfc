"""What a connection is told to do, one thing after another."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Act(Enum):
    """What happens after a step's bytes were sent."""

    GO_ON = 0
    STALL = 1
    RESET = 2
    HANG_UP = 3
    CLOSE = 4


@dataclass(frozen=True, slots=True)
class Step:
    """
    Wait, count, send, act.

    `deltas` and `tenths` (of a token) are added to the record when the step
    is performed. RESET and HANG_UP break an answer off; CLOSE ends a complete
    one together with its connection; STALL waits until the caller leaves.
    """

    data: bytes = b""
    after_seconds: float = 0.0
    deltas: int = 0
    tenths: int = 0
    act: Act = Act.GO_ON


def drip(steps: Iterator[Step], seconds: float) -> Iterator[Step]:
    """Send the same bytes one by one, so many seconds apart."""
    for step in steps:
        after = step.after_seconds
        for place in range(len(step.data) - 1):
            yield Step(step.data[place : place + 1], after)
            after = seconds
        yield Step(step.data[-1:], after, step.deltas, step.tenths, step.act)
