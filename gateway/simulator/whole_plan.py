"""The steps of an answer that is one JSON document, mishaps included."""

from collections.abc import Iterator, Sequence

from gateway.simulator.errors import BUSY
from gateway.simulator.http_head import Framing, Head, write_head
from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.plan import Manner, cut, delivered, framer, queue, stall
from gateway.simulator.step import Step

BLANK_LINE = b"\n"
_GARBAGE = b"\x00\xff\xfe this is no JSON \x80\x81"


def plan_whole(body: bytes, generated: Sequence[int], manner: Manner) -> Iterator[Step]:
    """
    Send one document after the time its generation takes.

    While it is queued the head is already out and blank lines follow it, as
    at DeepSeek; otherwise head and body leave together. `generated` are the
    weights of the pieces, counted as time passes.
    """
    behaviour = manner.behaviour
    body = _spoilt(body, behaviour)
    framing: Framing = "length"
    if behaviour.queued or behaviour.until_close:
        framing = manner.open_framing
    head = write_head(Head(200, "application/json", framing, len(body), manner.keep_alive), behaviour)
    return delivered(_steps(head, framer(framing)(body), generated, manner), framing, manner)


def _steps(head: bytes, data: bytes, generated: Sequence[int], manner: Manner) -> Iterator[Step]:
    behaviour = manner.behaviour
    if behaviour.queued:
        yield Step(head, behaviour.slow_head)
        yield from queue(manner, framer(manner.open_framing)(BLANK_LINE))
        yield from _generation(generated, behaviour.slow_first_token, manner.delay_seconds)
        yield from _body(b"", data, behaviour)
    else:
        silence = behaviour.slow_head + behaviour.slow_first_token
        yield from _generation(generated, silence, manner.delay_seconds)
        yield from _body(head, data, behaviour)


def _generation(generated: Sequence[int], silence: float, delay: float) -> Iterator[Step]:
    if not delay:
        yield Step(b"", silence, tenths=sum(generated))
        return
    yield Step(b"", silence)
    for tenths in generated:
        yield Step(b"", delay, tenths=tenths)


def _body(head: bytes, data: bytes, behaviour: Misbehaviour) -> Iterator[Step]:
    if behaviour.stall_after is None and behaviour.cut_after is None:
        yield Step(head + data)
        return
    middle = len(data) // 2
    yield Step(head + data[:middle])
    if behaviour.stall_after is not None:
        yield stall(behaviour)
    if behaviour.cut_after is not None:
        yield cut(behaviour, b"")
    yield Step(data[middle:])


def _spoilt(body: bytes, behaviour: Misbehaviour) -> bytes:
    if behaviour.error_after is not None:
        return BUSY.body
    if behaviour.garbage_after is not None:
        return body[: len(body) // 2] + _GARBAGE
    return body
