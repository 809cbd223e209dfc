"""The one who writes a chain to the disk."""

from pathlib import Path

import pytest

from gateway.audit.catalogue import Heartbeat, LogOpened
from gateway.audit.layout import Layout
from gateway.audit.log_writer import LogWriter, Moment, entry
from tests.fakes.sick_disk import SickDisk

WRITER = "web1-0-20270115T080000000000Z"
MOMENT = Moment("2027-01-15T08:00:00.000000Z", 5)


def a_writer(folder: Path, disk: SickDisk | None = None) -> LogWriter:
    writer = LogWriter(Layout(folder), WRITER, disk or SickDisk())
    writer.open(LogOpened(origin="o", version="1"), MOMENT)
    return writer


def test_a_head_tells_of_nothing_that_was_not_synced(tmp_path: Path) -> None:
    """
    Written is not durable.
    """
    writer = a_writer(tmp_path)
    writer.write([entry("log.heartbeat", Heartbeat(), MOMENT)])
    before = writer.durable

    writer.sync(MOMENT.time)

    assert before is not None
    assert writer.durable is not None
    assert (1, 2) == (before.records, writer.durable.records)
    writer.abandon()


def test_a_writer_has_its_folder_for_itself(tmp_path: Path) -> None:
    """
    Another one of the same name does not begin.
    """
    writer = a_writer(tmp_path)

    with pytest.raises(FileExistsError):
        a_writer(tmp_path)
    writer.abandon()


def test_a_sync_that_failed_is_not_tried_again(tmp_path: Path) -> None:
    """
    The head stays where it was, and the error is the caller's to act on.
    """
    disk = SickDisk()
    writer = a_writer(tmp_path, disk)
    writer.write([entry("log.heartbeat", Heartbeat(), MOMENT)])
    disk.unsynced = True
    syncs = disk.syncs

    with pytest.raises(OSError, match="Input/output"):
        writer.sync(MOMENT.time)

    assert (1, 1) == (disk.syncs - syncs, getattr(writer.durable, "records", 0))
    writer.abandon()


def test_monotonic_time_never_falls_in_a_chain(tmp_path: Path) -> None:
    """
    A record that was handed over a little earlier is written with the time of the one before it.
    """
    writer = a_writer(tmp_path)

    writer.write([entry("log.heartbeat", Heartbeat(), Moment(MOMENT.time, 3))])

    path = next((tmp_path / "writers" / WRITER).glob("*.jsonl"))
    assert 2 == path.read_bytes().count(b'"mono":5,')
    writer.abandon()


def test_a_segment_ends_after_a_day_whatever_the_wall_clock_says(tmp_path: Path) -> None:
    """
    One that began when the clock was years ahead waits for no date that is years away.
    """
    ahead, right = "2099-01-01T00:00:00.000000Z", "2027-01-15T08:00:00.000000Z"
    day = 86_400_000_000
    writer = LogWriter(Layout(tmp_path), WRITER, SickDisk())
    writer.open(LogOpened(origin="o", version="1"), Moment(ahead, 5))
    for mono in (day, day + 6, day + 7, 2 * day):
        writer.write([entry("log.heartbeat", Heartbeat(), Moment(right, mono))])

    writer.abandon()
    segments = [writer.layout.segment(WRITER, number).read_bytes().splitlines() for number in (0, 1)]
    assert [3, 3] == [len(lines) for lines in segments]
    assert b'"log.rotated"' in segments[0][-1]
