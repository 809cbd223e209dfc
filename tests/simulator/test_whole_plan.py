"""Facts about the steps of a whole answer."""

from typing import Any

from gateway.simulator.misbehaviour import BEHAVED, Misbehaviour
from gateway.simulator.plan import Manner
from gateway.simulator.step import Act, Step
from gateway.simulator.whole_plan import plan_whole

_BODY = b'{"answer": 42}'


def _steps(behaviour: Misbehaviour = BEHAVED, **manner: Any) -> list[Step]:
    return list(plan_whole(_BODY, [3, 4], Manner(behaviour, **manner)))


def test_head_and_body_leave_together() -> None:
    """
    An answer that is ready is one write, with its length, and its tokens are counted.
    """
    generation, body, _ = _steps()

    assert Step(b"", tenths=7) == generation
    assert body.data.endswith(b"\r\n\r\n" + _BODY)
    assert b"content-length: 14\r\n" in body.data


def test_generating_takes_its_time() -> None:
    """
    Each piece takes a delay during which nothing is sent, so that a leaver stops it half-way.
    """
    generation = _steps(Misbehaviour(slow_head=1.0, slow_first_token=2.0), delay_seconds=0.5)[:3]

    assert [Step(b"", 3.0), Step(b"", 0.5, tenths=3), Step(b"", 0.5, tenths=4)] == generation


def test_a_queued_answer_starts_with_blank_lines() -> None:
    """
    While queued the head is out and blank lines follow; then the document, in chunks.
    """
    steps = _steps(Misbehaviour(queued=2.0), keep_alive_seconds=1.0)

    assert b"transfer-encoding: chunked" in steps[0].data
    assert [Step(b"1\r\n\n\r\n"), Step(b"1\r\n\n\r\n", 1.0), Step(b"", 1.0)] == steps[1:4]
    assert [b"e\r\n" + _BODY + b"\r\n", b"0\r\n\r\n"] == [step.data for step in steps[-2:]]


def test_mishaps_strike_in_the_middle() -> None:
    """
    A stall or a cut comes after half of the body.
    """
    _, half, stalled, rest, _ = _steps(Misbehaviour(stall_after=5, stall=1.0))
    cut = _steps(Misbehaviour(cut_after=0, cut="reset"))[2]

    assert half.data.endswith(b"\r\n\r\n" + _BODY[:7])
    assert (Step(b"", 1.0), _BODY[7:]) == (stalled, rest.data)
    assert Act.RESET is cut.act


def test_a_body_can_be_spoilt() -> None:
    """
    Garbage takes the place of the body's end, an error that of the answer, status 200 all the same.
    """
    garbage = _steps(Misbehaviour(garbage_after=0))[1].data
    error = _steps(Misbehaviour(error_after=0))[1].data

    assert _BODY[:7] + b"\x00\xff\xfe" in garbage
    assert error.startswith(b"HTTP/1.1 200 OK")
    assert b"Service is too busy" in error


def test_a_body_may_end_with_its_connection() -> None:
    """
    Without framing there is no length, and the end closes.
    """
    *_, body, end = _steps(Misbehaviour(until_close=True))

    assert b"content-length" not in body.data
    assert Act.CLOSE is end.act
