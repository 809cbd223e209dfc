"""Facts about the steps that all answers share."""

from dataclasses import replace

import pytest

from gateway.simulator.errors import BUSY
from gateway.simulator.http_head import Framing
from gateway.simulator.misbehaviour import BEHAVED, Misbehaviour
from gateway.simulator.plan import Manner, cut, delivered, plan_answered, plan_raw, queue, stall
from gateway.simulator.step import Act, Step


def test_raw_bytes_are_all_that_is_sent() -> None:
    """
    Scripted bytes take the place of an answer, unframed, and the connection ends.
    """
    (step,) = plan_raw(Manner(Misbehaviour(raw="\x00\xffnonsense\r\n", slow_head=2.0)))

    assert Step(b"\x00\xffnonsense\r\n", 2.0, act=Act.HANG_UP) == step


def test_a_refusal_is_one_write() -> None:
    """
    Head and body leave together, and the connection stays.
    """
    first, end = plan_answered(BUSY, Manner(BEHAVED))

    assert first.data.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert first.data.endswith(BUSY.body)
    assert Step() == end


@pytest.mark.parametrize(
    ("manner", "framing", "act"),
    [
        (Manner(BEHAVED), "chunked", Act.GO_ON),
        (Manner(BEHAVED, keep_alive=False), "chunked", Act.CLOSE),
        (Manner(Misbehaviour(hang_up=True)), "length", Act.CLOSE),
        (Manner(BEHAVED), "until_close", Act.CLOSE),
    ],
)
def test_the_end_of_an_answer_is_the_end_of_its_framing(manner: Manner, framing: Framing, act: Act) -> None:
    """
    Chunks get their terminator, and the connection closes where nothing else tells the end.
    """
    (end,) = delivered(iter(()), framing, manner)

    assert Step(b"0\r\n\r\n" if framing == "chunked" else b"", act=act) == end


def test_an_old_caller_gets_no_chunks() -> None:
    """
    HTTP/1.0 knows no chunks, so the body ends with the connection.
    """
    manner = Manner(BEHAVED)

    assert "chunked" == manner.open_framing
    assert "until_close" == replace(manner, chunked=False).open_framing
    assert "until_close" == replace(manner, behaviour=Misbehaviour(until_close=True)).open_framing


def test_a_queue_shows_signs_of_life() -> None:
    """
    One sign at once, one each interval, and then the rest of the time in silence.
    """
    steps = list(queue(Manner(Misbehaviour(queued=2.5), keep_alive_seconds=1.0), b":"))

    assert [Step(b":"), Step(b":", 1.0), Step(b":", 1.0), Step(b"", 0.5)] == steps


def test_stalls_and_cuts() -> None:
    """
    A stall has its time or none; a cut in mid-chunk leaves half of what would have come.
    """
    assert Step(act=Act.STALL) == stall(BEHAVED)
    assert Step(b"", 3.0) == stall(Misbehaviour(stall=3.0))
    assert Step(b"ab", act=Act.HANG_UP) == cut(Misbehaviour(cut="mid_chunk"), b"abcd")
    assert Step(act=Act.HANG_UP) == cut(Misbehaviour(cut="close"), b"abcd")
    assert Step(act=Act.RESET) == cut(Misbehaviour(cut="reset"), b"abcd")
