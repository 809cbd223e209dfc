"""What waits to be written, and what was lost."""

import asyncio

import pytest

from gateway.audit.catalogue import Heartbeat, LogGap, Noticed
from gateway.audit.slips import Gap, NotWritten, Slip, answer, entries_of, given, heartbeat, pieces_of


def test_a_text_that_is_no_unicode_does_not_end_the_log() -> None:
    """
    A record takes its place that says so; and nothing of the text.
    """
    told = ("policy.reloaded", Noticed(facts={"version": "half a \ud800 pair"}))

    ((event, tail, _, _),) = entries_of([Slip(given, told, 0.0, 0.0)])

    assert "gateway.noticed" == event
    assert b'"record.unwritable"' in tail
    assert b"half" not in tail


def test_a_record_is_made_once() -> None:
    """
    What is written again after a failure is the same, kept texts included.
    """
    made: list[int] = []

    def make(number: int, _time: str) -> tuple[str, bytes]:
        made.append(number)
        return "log.heartbeat", b"}"

    slip = Slip(make, 7, 1_800_000_000.0, 1.5, 1)

    assert entries_of([slip]) == entries_of([slip])
    assert [7] == made


async def test_those_who_wait_are_told_once() -> None:
    """
    That it was written, or why not; who left is left alone.
    """
    loop = asyncio.get_running_loop()
    good, bad, gone = loop.create_future(), loop.create_future(), loop.create_future()
    gone.cancel()
    slips = [Slip(heartbeat, Heartbeat(), 0, 0, 1, waiter) for waiter in (good, gone)]

    answer(slips, None)
    answer(slips, NotWritten("too late"))
    answer([Slip(heartbeat, Heartbeat(), 0, 0, 1, bad)], NotWritten("no"))

    assert await good is None
    with pytest.raises(NotWritten, match="no"):
        await bad


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (256, [256]), (600, [256, 256, 88])])
def test_a_crowd_comes_in_pieces(count: int, sizes: list[int]) -> None:
    """
    In its order, and nobody twice.
    """
    crowd = [Slip(given, number, 0.0, 0.0) for number in range(count)]

    pieces = [*pieces_of(crowd)]

    assert sizes == [len(piece) for piece in pieces]
    assert crowd == [slip for piece in pieces for slip in piece]


def test_a_gap_is_told_when_it_is_over() -> None:
    """
    With what was lost in it, and not what was told before.
    """
    gap = Gap()
    gap.add(0, "early")
    gap.add(3, "later")
    first = gap.close(2)
    gap.add(1, "again")

    assert LogGap(lost=5, reason="no device could be written to", since="early") == first
    assert 1 == getattr(gap.close(2), "lost", None)
    assert gap.close(2) is None


def test_what_is_made_already_is_only_written() -> None:
    """
    Whoever has an event and its facts needs nobody to make them.
    """
    event, tail = given(("log.heartbeat", Heartbeat(queued=3)), "")

    assert ("log.heartbeat", b',"queued":3}') == (event, tail)
    assert (event, tail) == heartbeat(Heartbeat(queued=3), "")
