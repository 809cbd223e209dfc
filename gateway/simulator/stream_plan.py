"""The steps of a streamed answer, mishaps included."""

from collections import deque
from collections.abc import Iterable, Iterator

from gateway.simulator.errors import BUSY
from gateway.simulator.http_head import Head, write_head
from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.plan import Frame, Manner, cut, delivered, framer, queue, stall
from gateway.simulator.rendering import DONE, Event
from gateway.simulator.step import Step

KEEP_ALIVE = b": keep-alive\n\n"
EVENT_STREAM = "text/event-stream; charset=utf-8"
GARBAGE = b'\x00\xff\xfe{{{ this is no event \x80\x81\n\ndata: {"choices": [{]\n\n'


def plan_stream(events: Iterable[Event], manner: Manner) -> Iterator[Step]:
    """Send a stream of events, `[DONE]` and the end of the body."""
    framing = manner.open_framing
    head = write_head(Head(200, EVENT_STREAM, framing, keep_alive=manner.keep_alive), manner.behaviour)
    frame = framer(framing)
    if manner.behaviour.crlf:
        frame = _with_crlf(frame)
    return delivered(_steps(head, events, frame, manner), framing, manner)


def _steps(head: bytes, events: Iterable[Event], frame: Frame, manner: Manner) -> Iterator[Step]:
    yield Step(head, manner.behaviour.slow_head)
    if manner.behaviour.queued:
        yield from queue(manner, frame(KEEP_ALIVE))
    yield from _body(events, frame, manner)


def _body(events: Iterable[Event], frame: Frame, manner: Manner) -> Iterator[Step]:
    behaviour, delay = manner.behaviour, manner.delay_seconds
    mishaps = _mishaps(behaviour)
    wait, sent = behaviour.slow_first_token, 0
    for event in events:
        data = frame(event.data)
        while mishaps and (sent >= mishaps[0][0] or event.last):
            kind = mishaps.popleft()[1]
            if kind == "error":
                yield Step(frame(b"data: " + BUSY.body + b"\n\n"))
                return
            yield _mishap(kind, data, frame, behaviour)
        if event.last and behaviour.no_finish:
            break
        yield Step(data, wait + delay if event.deltas else wait, event.deltas, event.tenths)
        wait = 0.0
        sent += event.deltas
    if not behaviour.no_done:
        yield Step(frame(DONE))


def _mishaps(behaviour: Misbehaviour) -> deque[tuple[int, str]]:
    """Return what happens after how many deltas, in order."""
    scripted = (
        (behaviour.garbage_after, "garbage"),
        (behaviour.stall_after, "stall"),
        (behaviour.error_after, "error"),
        (behaviour.cut_after, "cut"),
    )
    due = [(after, kind) for after, kind in scripted if after is not None]
    return deque(sorted(due, key=lambda mishap: mishap[0]))


def _mishap(kind: str, data: bytes, frame: Frame, behaviour: Misbehaviour) -> Step:
    if kind == "garbage":
        return Step(frame(GARBAGE))
    return stall(behaviour) if kind == "stall" else cut(behaviour, data)


def _with_crlf(frame: Frame) -> Frame:
    return lambda data: frame(data.replace(b"\n", b"\r\n"))
