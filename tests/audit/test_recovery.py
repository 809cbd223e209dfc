"""What a dead writer left behind is brought to a proper end."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from gateway.audit.catalogue import Heartbeat, LogOpened
from gateway.audit.disk import Disk
from gateway.audit.layout import Layout
from gateway.audit.log_writer import LogWriter, Moment, entry
from gateway.audit.recovery import Recovered, is_over, recover
from tests.fakes.audit_side import records_in
from tests.fakes.log_check import check_log

WRITER = "web1-0-20270115T080000000000Z"
BY = "web1-0-20270115T090000000000Z"
MOMENT = Moment("2027-01-15T08:00:00.000000Z", 1_000_000)


def a_dead_writer(folder: Path, records: int = 5, *, segment_bytes: int = 1_000_000) -> Path:
    """Leave a log as a process does that is killed; return the file that was being written."""
    writer = LogWriter(Layout(folder), WRITER, Disk(), segment_bytes=segment_bytes)
    writer.open(LogOpened(origin="o", version="1"), MOMENT)
    for number in range(records):
        writer.write([entry("log.heartbeat", Heartbeat(queued=number), MOMENT)])
    writer.abandon()
    return max((folder / "writers" / WRITER).glob("*.jsonl"))


def recovered(folder: Path) -> list[Recovered]:
    return recover(Layout(folder), Disk(), by=BY, moment=MOMENT)


def test_a_whole_log_is_ended(tmp_path: Path) -> None:
    """
    Nothing is cut, and afterwards it is over.
    """
    a_dead_writer(tmp_path)

    assert [Recovered(WRITER, 7, 0)] == recovered(tmp_path)
    assert is_over(Layout(tmp_path), WRITER)
    assert [] == recovered(tmp_path)
    assert "log.recovered" == records_in(tmp_path)[-1]["event"]


@settings(max_examples=60, deadline=None)
@given(some.data())
def test_wherever_a_file_is_cut_the_whole_records_stay(
    tmp_path_factory: pytest.TempPathFactory, data: some.DataObject
) -> None:
    """
    Every record that was whole is kept, the torn rest is put aside, and the chain verifies.
    """
    folder = tmp_path_factory.mktemp("cut")
    path = a_dead_writer(folder)
    whole = path.read_bytes()
    cut = data.draw(some.integers(0, len(whole)))
    garbage = data.draw(some.binary(max_size=30).filter(lambda junk: b"\n" not in junk))
    path.write_bytes(whole[:cut] + garbage)
    kept = whole[:cut].count(b"\n")

    found = recovered(folder)

    if kept == 0:
        # A writer without a whole record was none.
        assert (0, []) == (found[0].records, records_in(folder))
        return
    assert kept + 1 == found[0].records
    assert whole.split(b"\n")[:kept] == path.read_bytes().split(b"\n")[:kept]
    torn = path.with_suffix(".torn")
    assert found[0].torn_bytes == (len(torn.read_bytes()) if torn.exists() else 0)
    _sign_nothing(folder)
    assert {WRITER: kept + 1} == check_log(folder)


def test_a_record_that_does_not_continue_the_chain_is_put_aside(tmp_path: Path) -> None:
    """
    Together with all that follow it: they hang on nothing.
    """
    path = a_dead_writer(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], lines[2].replace(b'"queued":1', b'"queued":9'), *lines[3:]]))

    assert [3 + 1] == [one.records for one in recovered(tmp_path)]


def test_a_crash_between_two_segments_loses_nothing(tmp_path: Path) -> None:
    """
    The seal is there, the next file is not: the end goes into a file of its own.
    """
    path = a_dead_writer(tmp_path, 20, segment_bytes=1_500)
    path.unlink()
    before = len(records_in(tmp_path))

    recovered(tmp_path)

    _sign_nothing(tmp_path)
    assert {WRITER: before + 1} == check_log(tmp_path)


def test_whoever_is_over_is_not_looked_at_again(tmp_path: Path) -> None:
    """
    By a process that saw it once: a log of years has thousands, and it is looked for dead ones all the time.
    """
    a_dead_writer(tmp_path)
    over: set[str] = set()
    layout = Layout(tmp_path)
    first = recover(layout, Disk(), by=BY, moment=MOMENT, over=over)
    recover(layout, Disk(), by=BY, moment=MOMENT, over=over)
    layout.seal(WRITER, 0).unlink()

    assert (1, {WRITER}) == (len(first), over)
    assert [] == recover(layout, Disk(), by=BY, moment=MOMENT, over=over)
    assert 1 == len(recovered(tmp_path))


def test_a_living_writer_is_left_alone(tmp_path: Path) -> None:
    """
    Its lock says that it lives.
    """
    writer = LogWriter(Layout(tmp_path), WRITER, Disk())
    writer.open(LogOpened(origin="o", version="1"), MOMENT)

    assert [] == recovered(tmp_path)

    writer.abandon()
    assert [WRITER] == [one.writer for one in recovered(tmp_path)]


def test_a_recovery_that_died_is_done_again(tmp_path: Path) -> None:
    """
    Without a second last record.
    """
    a_dead_writer(tmp_path)
    recovered(tmp_path)
    for seal in (tmp_path / "writers" / WRITER).glob("*.seal"):
        seal.unlink()

    recovered(tmp_path)

    assert 1 == [record["event"] for record in records_in(tmp_path)].count("log.recovered")
    _sign_nothing(tmp_path)
    check_log(tmp_path)


def test_a_damaged_seal_stops_no_start(tmp_path: Path) -> None:
    """
    It is told, and left for whoever verifies.
    """
    a_dead_writer(tmp_path, 20, segment_bytes=1_500)
    seal = min((tmp_path / "writers" / WRITER).glob("*.seal"))
    seal.write_bytes(b"{")

    assert ["DecodeError"] == [one.problem for one in recovered(tmp_path)]
    shutil.rmtree(tmp_path / "writers")
    assert [] == recovered(tmp_path)


def test_a_writer_that_cannot_be_looked_at_stops_neither_a_start_nor_the_others(tmp_path: Path) -> None:
    """
    It belongs to another user, say, or another process is just removing it.
    """
    a_dead_writer(tmp_path)
    strange = Layout(tmp_path).lock("a-folder-of-somebody-else")
    strange.mkdir(parents=True)

    unreadable, whole = recovered(tmp_path)

    assert ("a-folder-of-somebody-else", "IsADirectoryError") == (unreadable.writer, unreadable.problem)
    assert Recovered(WRITER, 7, 0) == whole


def _sign_nothing(folder: Path) -> None:
    (folder / "epochs.jsonl").touch()


def test_a_chain_that_is_over_is_not_looked_at_again(tmp_path: Path) -> None:
    """
    There is one for each process that ever wrote: with ten thousand, each look took a third of a second.
    """
    a_dead_writer(tmp_path)
    over: set[str] = set()
    for _ in range(2):
        recover(Layout(tmp_path), Disk(), by=BY, moment=MOMENT, over=over)
    # Whoever looked would take it for a dead one now.
    for seal in (tmp_path / "writers" / WRITER).glob("*.seal"):
        seal.unlink()

    assert {WRITER} == over
    assert [] == recover(Layout(tmp_path), Disk(), by=BY, moment=MOMENT, over=over)
    assert [WRITER] == [found.writer for found in recovered(tmp_path)]
