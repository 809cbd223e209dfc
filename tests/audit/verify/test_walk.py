"""A writer's records prove each other, and the first that does not fit is named."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.catalogue import Heartbeat, LogClosed, LogOpened
from gateway.audit.chain import Chain
from gateway.audit.record import LINE
from gateway.audit.verify import walk as module
from gateway.audit.verify.finding import Broken
from gateway.audit.verify.walk import SwornHead, WriterWalk
from tests.fakes.audit_logs import WRITER, rechained

_TIME = "2026-11-27T06:14:09.500000Z"
_OTHER = "web1-1-20261127T061409123457Z"


def _lines(count: int = 8, writer: str = WRITER, step: int = 1_000_000) -> list[bytes]:
    chain = Chain(writer)
    opened = LogOpened(origin="x", version="1")
    return [chain.link("log.opened", opened, time=_TIME, mono=1)] + [
        chain.link("log.heartbeat", Heartbeat(queued=number), time=_TIME, mono=1 + number * step)
        for number in range(1, count)
    ]


def _head(lines: list[bytes], number: int = 0) -> SwornHead:
    chain = Chain(WRITER)
    assert all(chain.follow(line[:-1]) for line in lines)
    return SwornHead(number, chain.size, chain.standing.root(), chain.standing.last.encode())


def _broken(lines: list[bytes], *heads: SwornHead) -> tuple[int | None, int | None, str]:
    with pytest.raises(Broken) as failure:
        WriterWalk(WRITER, heads).follow(lines, "a.jsonl")
    found = failure.value.finding
    return found.line, found.seq, found.what


def test_it_reads_records_as_the_specification_has_them() -> None:
    """
    The expression is that of the format, with the line feed.
    """
    assert LINE.pattern + rb"\n" == module._RECORD.pattern


def test_a_good_chain_is_followed_to_its_end() -> None:
    """
    Sworn heads in the middle and at the end hold.
    """
    lines = _lines()
    walk = WriterWalk(WRITER, (_head(lines[:3]), _head(lines[:3], 1), _head(lines, 2)))

    walk.follow(lines[:5], "a.jsonl")
    walk.follow(lines[5:], "b.jsonl")

    assert (8, 8, 3, None) == (walk.size, walk.read, walk.checked_heads, walk.missing())


@pytest.mark.parametrize("place", range(8))
def test_an_edited_record_is_the_one_that_is_named(place: int) -> None:
    """
    Also the last one, which nothing but its head can tell.
    """
    lines = _lines()
    head = _head(lines)
    lines[place] = lines[place].replace(b'.500000Z"', b'.500001Z"')

    line, seq, _ = _broken(lines, head)

    assert (place + 1, place) == (line, seq)


def test_an_edited_prev_is_named_where_it_stands() -> None:
    """
    The record before it is not blamed for it.
    """
    lines = _lines()
    lines[4] = lines[4].replace(b'"prev":"', b'"prev":"0', 1).replace(b'","event', b'","event', 1)
    lines[4] = lines[4][: lines[4].index(b'","event') - 1] + lines[4][lines[4].index(b'","event') :]

    assert (5, 4, "the record was changed: it names another one before it") == _broken(lines)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda lines: [*lines[:3], *lines[4:]], (4, 3, "record 4 stands here, record 3 is missing")),
        (lambda lines: [*lines[:3], *lines[6:]], (4, 3, "record 6 stands here, record 3 to 5 is missing")),
        (lambda lines: [*lines[:4], *lines[3:]], (5, 4, "record 3 stands here, where 4 should")),
        (lambda lines: [lines[0], lines[2], lines[1]], (2, 1, "record 2 stands here, record 1 is missing")),
        (lambda lines: [*lines[:4], b"{}\n", *lines[4:]], (5, 4, "the line is not a record")),
        (
            lambda lines: [*lines[:4], _lines(8, _OTHER)[4]],
            (5, 4, f"it is a record of the writer {_OTHER}"),
        ),
    ],
)
def test_what_was_deleted_inserted_or_swapped_is_named(
    change: Callable[[list[bytes]], list[bytes]], expected: tuple[int, int, str]
) -> None:
    """
    With the line, the record and what stands there.
    """
    assert expected == _broken(change(_lines()))


def test_a_chain_made_anew_is_caught_by_its_head() -> None:
    """
    Between the last head that holds and the first that does not.
    """
    lines = _lines()
    heads = (_head(lines[:2]), _head(lines[:6], 1))
    changed = [line[:-1] for line in lines]
    changed[3] = changed[3].replace(b'"queued":3', b'"queued":4')

    line, seq, what = _broken([line + b"\n" for line in rechained(changed)], *heads)

    assert (6, 5, "records 2 to 5 are not those that head 1 swears to") == (line, seq, what)


def test_records_that_a_head_swears_to_and_that_are_not_there_are_missed() -> None:
    """
    A cut end is told from a young one.
    """
    lines = _lines()
    walk = WriterWalk(WRITER, (_head(lines),))

    walk.follow(lines[:-2], "a.jsonl")

    missing = walk.missing()
    assert missing is not None
    assert 8 == missing.records


def test_an_unfinished_last_line_is_no_record_and_no_crime() -> None:
    """
    It is being written; what is whole counts.
    """
    lines = _lines()
    walk = WriterWalk(WRITER)

    walk.follow([*lines[:-1], lines[-1][:50]], "a.jsonl")

    assert (7, 7, 50) == (walk.size, walk.read, walk.torn_bytes)


def test_nothing_follows_the_end_of_a_writer() -> None:
    """
    Not even a record that continues the chain.
    """
    chain = Chain(WRITER)
    opened = LogOpened(origin="x", version="1")
    lines = [chain.link("log.opened", opened, time=_TIME, mono=1)]
    lines.append(chain.link("log.closed", LogClosed(reason="stopped"), time=_TIME, mono=2))
    lines.append(chain.link("log.heartbeat", Heartbeat(), time=_TIME, mono=3))

    assert (3, 2, "it follows log.closed, after which a writer writes nothing") == _broken(lines)


def test_a_writer_begins_with_log_opened() -> None:
    """
    A chain that was cut at its beginning does not pass for a whole one.
    """
    line = Chain(WRITER).link("log.heartbeat", Heartbeat(), time=_TIME, mono=1)

    assert (1, 0, "the first record of a writer is log.opened") == _broken([line])


def test_the_monotonic_clock_never_goes_back() -> None:
    """
    The wall clock may; this one tells a lie.
    """
    lines = _lines(3, step=-1)
    chain = Chain(WRITER)
    opened = LogOpened(origin="x", version="1")
    lines = [chain.link("log.opened", opened, time=_TIME, mono=5)]
    lines.append(chain.link("log.heartbeat", Heartbeat(), time=_TIME, mono=4))

    assert (2, 1, "the record says an earlier moment than the one before it") == _broken(lines)


def test_a_long_silence_is_told_and_no_crime() -> None:
    """
    A heartbeat comes every minute; two and a half without one want an explanation.
    """
    walk = WriterWalk(WRITER)

    walk.follow(_lines(3, step=151_000_000), "a.jsonl")

    assert [("a.jsonl, line 2", 151), ("a.jsonl, line 3", 151)] == walk.silences


@given(data=st.data())
def test_no_byte_of_a_sworn_record_may_change(data: st.DataObject) -> None:
    """
    Whichever byte of whichever record is flipped, it is found, at that record or the next.
    """
    lines = _lines(4)
    head = _head(lines)
    place = data.draw(st.integers(0, 3))
    byte = data.draw(st.integers(0, len(lines[place]) - 2))
    flipped = bytearray(lines[place])
    flipped[byte] ^= data.draw(st.integers(1, 255))
    lines[place] = bytes(flipped)
    stream = b"".join(lines).splitlines(keepends=True) if b"\r" not in flipped else lines

    with pytest.raises(Broken) as failure:
        WriterWalk(WRITER, (head,)).follow(stream, "a.jsonl")

    assert failure.value.finding.seq in (place, place + 1)


def test_the_walk_goes_on_behind_expired_records(tmp_path: Path) -> None:
    """
    From where their seal says that the chain stood.
    """
    lines = _lines()
    chain = Chain(WRITER)
    assert all(chain.follow(line[:-1]) for line in lines[:5])
    standing = chain.standing
    walk = WriterWalk(WRITER, (_head(lines[:3]), _head(lines[:5], 1), _head(lines, 2)))

    walk.pass_over(5, standing.last.encode(), standing.peaks, "a.seal")
    walk.follow(lines[5:], "b.jsonl")

    assert (8, 3, 3) == (walk.size, walk.read, walk.checked_heads)


def test_a_seal_that_lies_about_expired_records_is_caught() -> None:
    """
    Its peaks have to give the root that was sworn.
    """
    lines = _lines()
    walk = WriterWalk(WRITER, (_head(lines[:4]),))

    with pytest.raises(Broken, match="not those that head 0 swears to"):
        walk.pass_over(4, b"0" * 64, (bytes(32),), "a.seal")
