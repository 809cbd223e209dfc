"""
From an answer and a misbehaviour to the steps a connection performs.

Pure: nothing here waits or sends. Steps are made as they are needed, so that
a thousand long answers do not lie rendered in memory. After RESET, HANG_UP,
CLOSE or an endless STALL a connection asks for no further step.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gateway.simulator.errors import Answered
from gateway.simulator.http_head import TERMINATOR, Framing, Head, chunk, write_head
from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.step import Act, Step, drip

Frame = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Manner:
    """How one answer is to be delivered: what was scripted, and what the caller's HTTP admits."""

    behaviour: Misbehaviour
    delay_seconds: float = 0.0
    keep_alive_seconds: float = 1.0
    keep_alive: bool = True
    chunked: bool = True

    @property
    def open_framing(self) -> Framing:
        """The framing of a body whose length is not known when its head leaves."""
        return "chunked" if self.chunked and not self.behaviour.until_close else "until_close"


def plan_raw(manner: Manner) -> Iterator[Step]:
    """Send the scripted bytes in the place of an answer and hang up."""
    behaviour = manner.behaviour
    yield Step((behaviour.raw or "").encode("latin-1", "replace"), behaviour.slow_head, act=Act.HANG_UP)


def plan_answered(answered: Answered, manner: Manner) -> Iterator[Step]:
    """Send a whole answer that is no completion."""
    framing: Framing = "until_close" if manner.behaviour.until_close else "length"
    head = Head(answered.status, answered.content_type, framing, len(answered.body), manner.keep_alive)
    data = write_head(head, manner.behaviour) + answered.body
    return delivered(iter((Step(data, manner.behaviour.slow_head),)), framing, manner)


def delivered(steps: Iterator[Step], framing: Framing, manner: Manner) -> Iterator[Step]:
    """Return the steps with the proper end of their framing, dripping if that was scripted."""
    behaviour = manner.behaviour
    closes = framing == "until_close" or behaviour.hang_up or not manner.keep_alive
    end = Step(TERMINATOR if framing == "chunked" else b"", act=Act.CLOSE if closes else Act.GO_ON)
    ended = _followed(steps, end)
    return ended if behaviour.drip is None else drip(ended, behaviour.drip)


def framer(framing: Framing) -> Frame:
    """Return what wraps bytes for this framing."""
    return chunk if framing == "chunked" else bytes


def queue(manner: Manner, sign_of_life: bytes) -> Iterator[Step]:
    """Wait in the queue and show now and then that the request is not forgotten."""
    left, every = manner.behaviour.queued, max(manner.keep_alive_seconds, 0.001)
    yield Step(sign_of_life)
    while left > every:
        left -= every
        yield Step(sign_of_life, every)
    yield Step(b"", left)


def stall(behaviour: Misbehaviour) -> Step:
    """Fall silent, for the scripted time or for good."""
    return Step(act=Act.STALL) if behaviour.stall is None else Step(b"", behaviour.stall)


def cut(behaviour: Misbehaviour, data: bytes) -> Step:
    """Break the answer off; `data` is what would have come next."""
    if behaviour.cut == "mid_chunk":
        return Step(data[: len(data) // 2], act=Act.HANG_UP)
    return Step(act=Act.RESET if behaviour.cut == "reset" else Act.HANG_UP)


def _followed(steps: Iterator[Step], end: Step) -> Iterator[Step]:
    yield from steps
    yield end
