"""Facts about the steps of a stream."""

from dataclasses import replace
from itertools import takewhile
from typing import Any

import pytest

from gateway.simulator.misbehaviour import BEHAVED, Misbehaviour
from gateway.simulator.plan import Manner
from gateway.simulator.rendering import Event
from gateway.simulator.step import Act, Step
from gateway.simulator.stream_plan import plan_stream

_EVENTS = [
    Event(b"data: role\n\n"),
    Event(b"data: a\n\n", 1, 3),
    Event(b"data: b\n\n", 1, 4),
    Event(b"data: end\n\n", last=True),
]
_OVER = (Act.HANG_UP, Act.RESET, Act.STALL, Act.CLOSE)


def _steps(behaviour: Misbehaviour, **manner: Any) -> list[Step]:
    steps = list(plan_stream(_EVENTS, Manner(behaviour, **manner)))
    played = list(takewhile(lambda step: step.act not in _OVER, steps))
    return steps[: len(played) + 1]


def _body(behaviour: Misbehaviour) -> bytes:
    """Return what a caller would see after the head, if nothing is chunked."""
    _head, *rest = _steps(behaviour)
    return b"".join(step.data for step in rest)


def test_a_stream_is_events_and_an_end() -> None:
    """
    Every event is a chunk of its own, [DONE] follows, then the body's terminator.
    """
    head, *body = _steps(BEHAVED)

    assert b"content-type: text/event-stream" in head.data
    assert [
        b"c\r\ndata: role\n\n\r\n",
        b"9\r\ndata: a\n\n\r\n",
        b"9\r\ndata: b\n\n\r\n",
        b"b\r\ndata: end\n\n\r\n",
        b"e\r\ndata: [DONE]\n\n\r\n",
        b"0\r\n\r\n",
    ] == [step.data for step in body]
    assert (2, 7) == (sum(step.deltas for step in body), sum(step.tenths for step in body))


def test_time_passes_before_deltas_only() -> None:
    """
    The first event waits for the first token, every delta for its delay, the end for nothing.
    """
    steps = _steps(Misbehaviour(slow_head=1.0, slow_first_token=2.0), delay_seconds=0.5)

    assert [1.0, 2.0, 0.5, 0.5, 0.0, 0.0, 0.0] == [step.after_seconds for step in steps]


def test_a_queued_stream_sends_comments() -> None:
    """
    The head leaves at once, then keep-alives until the queue is over.
    """
    _, *body = _steps(Misbehaviour(queued=2.0), keep_alive_seconds=1.0)

    comment = b"e\r\n: keep-alive\n\n\r\n"
    assert [Step(comment), Step(comment, 1.0), Step(b"", 1.0)] == body[:3]


@pytest.mark.parametrize(
    ("behaviour", "body"),
    [
        (Misbehaviour(no_done=True), b"data: role\n\ndata: a\n\ndata: b\n\ndata: end\n\n"),
        (Misbehaviour(no_finish=True), b"data: role\n\ndata: a\n\ndata: b\n\ndata: [DONE]\n\n"),
        (Misbehaviour(no_finish=True, no_done=True), b"data: role\n\ndata: a\n\ndata: b\n\n"),
        (Misbehaviour(cut_after=0), b"data: "),
        (Misbehaviour(cut_after=1, cut="close"), b"data: role\n\ndata: a\n\n"),
        (Misbehaviour(cut_after=99, cut="reset"), b"data: role\n\ndata: a\n\ndata: b\n\n"),
        (Misbehaviour(stall_after=2), b"data: role\n\ndata: a\n\ndata: b\n\n"),
        (Misbehaviour(stall_after=1, stall=1.0, cut_after=1, cut="close"), b"data: role\n\ndata: a\n\n"),
        (
            Misbehaviour(crlf=True, no_done=True, no_finish=True),
            b"data: role\r\n\r\ndata: a\r\n\r\ndata: b\r\n\r\n",
        ),
    ],
)
def test_a_stream_ends_as_scripted(behaviour: Misbehaviour, body: bytes) -> None:
    """
    What comes out before the end is exactly what the script leaves.
    """
    unframed = replace(behaviour, until_close=True)

    assert body == _body(unframed)


def test_an_error_event_ends_a_stream_cleanly() -> None:
    """
    After an error event comes no [DONE], but the body's proper end.
    """
    *_, error, end = _steps(Misbehaviour(error_after=1))

    assert b'data: {"error":{"message":"Service is too busy.' in error.data
    assert b"0\r\n\r\n" == end.data


def test_garbage_is_followed_by_the_rest() -> None:
    """
    Bytes that are no event appear in the middle, once.
    """
    body = _body(Misbehaviour(garbage_after=1, until_close=True))

    assert 1 == body.count(b"\x00\xff\xfe")
    assert body.index(b"data: a") < body.index(b"\x00\xff\xfe") < body.index(b"data: b")
    assert body.endswith(b"data: [DONE]\n\n")


def test_a_dripping_stream_has_the_same_bytes() -> None:
    """
    Drip sends head and body byte by byte.
    """
    dripped = _steps(Misbehaviour(drip=0.1))

    assert b"".join(step.data for step in _steps(BEHAVED)) == b"".join(step.data for step in dripped)
    assert {0, 1} >= {len(step.data) for step in dripped}
