"""The thread that writes; here one turn after the other, on a clock that is moved."""

import asyncio
import errno
from math import inf
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.catalogue import Heartbeat
from gateway.audit.disk import Disk
from gateway.audit.scribe import GROUP_SECONDS, Scribe
from gateway.audit.slips import PIECE_RECORDS, NotWritten, given
from gateway.audit.verify.folder import verify_folder
from tests.fakes.audit_side import Desk, records_in
from tests.fakes.log_check import check_log
from tests.fakes.sick_disk import SickDisk


def put(scribe: Scribe, *numbers: int, **how: Any) -> None:
    """Put records that can be told from each other."""
    for number in numbers:
        scribe.put(given, ("log.heartbeat", Heartbeat(queued=number)), **how)


def files_in(folder: Path, pattern: str) -> list[Path]:
    return sorted(folder.glob(f"writers/*/{pattern}"))


def numbers_in(folder: Path) -> list[int]:
    return [record["queued"] for record in records_in(folder) if record.get("queued")]


async def test_what_is_put_is_written_in_order(tmp_path: Path) -> None:
    """
    Between the records with which a log begins and ends, in a chain that holds.
    """
    scribe = await Desk(tmp_path).open()

    put(scribe, 1, 2, 3)
    scribe.turn()
    scribe.stop()

    assert [1, 2, 3] == numbers_in(tmp_path)
    events = [record["event"] for record in records_in(tmp_path)]
    assert ("log.opened", "log.closed") == (events[0], events[-1])
    assert [len(events)] == list(check_log(tmp_path).values())


async def test_who_waits_is_told_when_it_is_on_the_disk(tmp_path: Path) -> None:
    """
    In the turn that wrote it, after one sync for all who wait.
    """
    disk = SickDisk()
    scribe = await Desk(tmp_path, disk=disk).open()
    scribe.turn()
    waiters = [asyncio.get_running_loop().create_future() for _ in range(3)]
    for number, waiter in enumerate(waiters):
        put(scribe, number, waiter=waiter)
    before = disk.syncs

    scribe.turn()
    await asyncio.gather(*waiters)

    assert 1 == disk.syncs - before


async def test_a_group_is_synced_in_the_turn_that_writes_it(tmp_path: Path) -> None:
    """
    Nobody waits for it, and the disk is asked once for all of it: turns are 50 ms apart.
    """
    disk = SickDisk()
    desk = Desk(tmp_path, disk=disk)
    scribe = await desk.open()
    scribe.turn()
    before = disk.syncs
    put(scribe, 1, 2)

    scribe.turn()
    once = disk.syncs - before
    scribe.turn()

    assert (1, 1) == (once, disk.syncs - before)
    assert 0.05 == GROUP_SECONDS


async def test_what_is_lazy_is_synced_before_it_is_signed(tmp_path: Path) -> None:
    """
    A checkpoint tells of nothing that a power cut could take back.
    """
    disk = SickDisk()
    desk = Desk(tmp_path, disk=disk)
    scribe = await desk.open()
    scribe.turn()
    signed = len(desk.offered)
    put(scribe, 1, is_lazy=True)
    scribe.turn()
    desk.clock.advance(0.5)
    scribe.turn()
    assert signed == len(desk.offered)

    desk.clock.advance(0.6)
    scribe.turn()

    assert signed + 1 == len(desk.offered)
    check_log(tmp_path)


async def test_a_thousand_records_are_signed_at_once(tmp_path: Path) -> None:
    """
    Without waiting for the second to pass.
    """
    desk = Desk(tmp_path)
    scribe = await desk.open()
    scribe.turn()
    signed = len(desk.offered)

    put(scribe, *range(1, 1_001))
    scribe.turn()

    assert signed + 1 == len(desk.offered)


class _NearlyFullDisk(SickDisk):
    """A disk that is full after so many pieces."""

    pieces = inf

    def write(self, descriptor: int, data: bytes) -> None:
        self.pieces -= 1
        self.full = self.pieces < 0
        super().write(descriptor, data)


async def test_a_crowd_is_written_in_pieces_and_none_of_them_is_lost(tmp_path: Path) -> None:
    """
    A disk that fails between two of them has the whole crowd written once more, elsewhere.
    """
    disk = _NearlyFullDisk()
    desk = Desk(tmp_path, disk=disk)
    scribe = await desk.open()
    scribe.turn()
    crowd = range(1, 2 * PIECE_RECORDS + 2)
    put(scribe, *crowd)

    disk.pieces = 2
    scribe.turn()
    half = numbers_in(tmp_path)
    disk.pieces, disk.full = inf, False
    desk.clock.advance(1.0)
    scribe.turn()
    scribe.stop()

    # The third piece was torn by the disk that was full.
    assert [*crowd][: 2 * PIECE_RECORDS] == half
    assert [*half, *crowd] == numbers_in(tmp_path)
    check_log(tmp_path)


async def test_a_living_writer_is_heard_every_minute(tmp_path: Path) -> None:
    """
    So that silence is seen.
    """
    desk = Desk(tmp_path)
    scribe = await desk.open()
    for _ in range(4):
        scribe.turn()
        desk.clock.advance(30.0)

    assert 2 == [record["event"] for record in records_in(tmp_path)].count("log.heartbeat")


async def test_a_full_segment_is_followed_by_another(tmp_path: Path) -> None:
    """
    Sealed, and the chain goes on.
    """
    scribe = await Desk(tmp_path).open(segment_bytes=2_000)
    for number in range(1, 30):
        put(scribe, number)
        scribe.turn()
    scribe.stop()

    assert 2 < len(files_in(tmp_path, "*.seal"))
    assert list(range(1, 30)) == numbers_in(tmp_path)
    check_log(tmp_path)


async def test_a_new_day_begins_a_new_segment_and_an_old_one_does_not(tmp_path: Path) -> None:
    """
    A wall clock that jumps back makes no segment, and breaks no chain.
    """
    desk = Desk(tmp_path)
    scribe = await desk.open()
    put(scribe, 1)
    scribe.turn()
    desk.clock.advance(86_400)
    put(scribe, 2)
    scribe.turn()
    desk.clock.set_back(3 * 86_400)
    put(scribe, 3)
    scribe.turn()
    scribe.stop()

    assert 2 == len(files_in(tmp_path, "*.jsonl"))
    assert [1, 2, 3] == numbers_in(tmp_path)
    check_log(tmp_path)


@pytest.mark.parametrize("illness", ["full", "unsynced"])
async def test_a_file_that_failed_is_left_and_nothing_is_lost(tmp_path: Path, illness: str) -> None:
    """
    What was not durable is written again by the next writer; the torn end of the old one is put aside.
    """
    disk = SickDisk()
    desk = Desk(tmp_path, disk=disk)
    scribe = await desk.open()
    put(scribe, 1)
    scribe.turn()
    desk.clock.advance(0.1)
    scribe.turn()

    setattr(disk, illness, True)
    put(scribe, 2, 3)
    scribe.turn()
    desk.clock.advance(0.1)
    scribe.turn()
    ill = scribe.trouble
    setattr(disk, illness, False)
    desk.clock.advance(1.0)
    scribe.turn()
    desk.clock.advance(0.1)
    scribe.turn()
    scribe.stop()

    assert ("disk", None) == (ill, scribe.trouble)
    assert {1, 2, 3} == set(numbers_in(tmp_path))
    assert 2 <= len(check_log(tmp_path))
    assert "log.recovered" in [record["event"] for record in records_in(tmp_path)]


async def test_who_waits_is_told_that_no_device_works(tmp_path: Path) -> None:
    """
    At once, and the record is kept for when one does.
    """
    disk = SickDisk()
    desk = Desk(tmp_path, disk=disk)
    scribe = await desk.open()
    disk.full = True
    waiter = asyncio.get_running_loop().create_future()
    put(scribe, 1, waiter=waiter)

    scribe.turn()

    with pytest.raises(NotWritten):
        await waiter
    disk.full = False
    desk.clock.advance(1.0)
    scribe.turn()
    assert [1] == numbers_in(tmp_path)


async def test_a_second_device_takes_over(tmp_path: Path) -> None:
    """
    With a log of its own that holds what the first one did not take.
    """
    first, second = tmp_path / "first", tmp_path / "second"
    disk = SickDisk()
    desk = Desk(first, second, disk=disk)
    scribe = await desk.open()
    put(scribe, 1)
    scribe.turn()
    disk.free, disk.where = 0, first

    desk.clock.advance(1.1)
    scribe.turn()
    put(scribe, 2)
    scribe.turn()
    scribe.stop()

    assert scribe.trouble is None
    assert [1] == numbers_in(first)
    assert [2] == numbers_in(second)
    for folder in (first, second):
        check_log(folder)


class _SealedDisk(SickDisk):
    """A disk that takes records, and nothing that is put in the place of a file."""

    def replace(self, path: Path, data: bytes, *, lasting: bool = True) -> None:
        if self.full:
            raise OSError(errno.EACCES, "Permission denied")
        super().replace(path, data, lasting=lasting)

    def write(self, descriptor: int, data: bytes) -> None:
        Disk.write(self, descriptor, data)

    def open(self, path: Path, *, is_new: bool) -> int:
        return Disk.open(self, path, is_new=is_new)


async def test_a_log_that_can_be_written_and_not_signed_is_trouble_and_no_storm(tmp_path: Path) -> None:
    """
    One writer a second tries it again, and it is told once that it fails and once that it works.
    """
    disk = _SealedDisk()
    desk = Desk(tmp_path, disk=disk)
    scribe = await desk.open()
    scribe.turn()
    disk.full = True
    ill = []
    for number in range(1, 101):
        put(scribe, number)
        desk.clock.advance(0.05)
        scribe.turn()
        ill.append(scribe.trouble)
    writers = len(files_in(tmp_path, "*.jsonl"))

    disk.full = False
    desk.clock.advance(1.1)
    scribe.turn()
    scribe.stop()

    assert writers <= 7
    assert ["disk", None] == desk.troubles
    assert {"disk"} == set(ill[30:])
    assert set(range(1, 101)) == set(numbers_in(tmp_path))
    check_log(tmp_path)


async def test_a_touched_reserve_is_trouble_before_the_disk_is_full(tmp_path: Path) -> None:
    """
    Nothing more is let in, but what runs can still end; with room again, all is well.
    """
    disk = SickDisk()
    desk = Desk(tmp_path, disk=disk)
    scribe = await desk.open(reserve_bytes=1_000)
    disk.free = 999
    desk.clock.advance(1.1)
    scribe.turn()
    low, room = scribe.trouble, [scribe.figures.room_bytes]
    put(scribe, 1)
    scribe.turn()

    disk.free = 1_001
    desk.clock.advance(1.1)
    scribe.turn()

    assert ("disk_reserve", None) == (low, scribe.trouble)
    assert [-1, 1] == [*room, scribe.figures.room_bytes]
    assert [1] == numbers_in(tmp_path)


async def test_what_falls_beyond_the_bound_is_counted_and_told(tmp_path: Path) -> None:
    """
    Memory does not grow with an outage; the gap is in the log, with its number.
    """
    disk = SickDisk()
    desk = Desk(tmp_path, disk=disk)
    scribe = await desk.open(most_weight=10)
    scribe.turn()
    disk.full = True
    for number in range(1, 41):
        put(scribe, number)
        if number % 5 == 0:
            scribe.turn()

    disk.full = False
    desk.clock.advance(1.0)
    scribe.turn()
    scribe.turn()

    gaps = [record for record in records_in(tmp_path) if record["event"] == "log.gap"]
    assert [30] == [gap["lost"] for gap in gaps]
    assert 30 == scribe.lost
    assert set(range(1, 11)) == set(numbers_in(tmp_path))


async def test_a_queue_that_is_full_lets_no_request_in_but_endings(tmp_path: Path) -> None:
    """
    Three quarters are for what begins.
    """
    scribe = await Desk(tmp_path).open(most_weight=100)
    put(scribe, *range(75))
    closed_before = scribe.is_closed
    put(scribe, 76)

    assert (False, True) == (closed_before, scribe.is_closed)
    assert 0 == scribe.lost


async def test_what_is_heavy_takes_its_room_until_it_is_taken(tmp_path: Path) -> None:
    """
    Among others that weigh one; what finds no room is lost and counted.
    """
    scribe = await Desk(tmp_path).open(most_weight=100)
    put(scribe, 1, 2)
    put(scribe, 3, 4, weight=40)
    heavy = scribe.backlog
    put(scribe, 5, weight=40)

    scribe.turn()

    assert (82, 0, 1) == (heavy, scribe.backlog, scribe.lost)
    assert [1, 2, 3, 4] == numbers_in(tmp_path)


async def test_two_writers_of_one_host_are_signed_together(tmp_path: Path) -> None:
    """
    One of the processes signs for both, and another takes over when it is gone.
    """
    desk = Desk(tmp_path)
    one, two = await desk.open(slot=1), await desk.open(slot=2)
    for scribe in (one, two):
        put(scribe, 1)
        scribe.turn()
    desk.clock.advance(1.1)
    one.turn()
    one.stop()
    put(two, 2)
    desk.clock.advance(1.1)
    two.turn()
    two.stop()

    assert 2 == len(check_log(tmp_path))
    assert not files_in(tmp_path, "head")


async def test_the_thread_does_it_by_itself(tmp_path: Path) -> None:
    """
    From `start` on nobody has to call it.
    """
    scribe = await Desk(tmp_path).open()
    scribe.start()
    waiter = asyncio.get_running_loop().create_future()

    put(scribe, 1, waiter=waiter)
    await waiter
    put(scribe, 2)
    scribe.flush()
    seen = numbers_in(tmp_path)
    scribe.stop()

    assert [1, 2] == seen
    check_log(tmp_path)


async def test_a_folder_that_cannot_be_written_refuses_the_start(tmp_path: Path) -> None:
    """
    Rather than to begin without a log.
    """
    (tmp_path / "writers").write_text("a file in the way")

    with pytest.raises(OSError, match=r"exists|directory"):
        await Desk(tmp_path).open()


async def test_the_dead_beside_a_writer_are_buried_within_a_minute(tmp_path: Path) -> None:
    """
    The last second of a process that died is signed although nobody starts anew.
    """
    desk = Desk(tmp_path)
    one, two = await desk.open(slot=1), await desk.open(slot=2)
    for scribe in (one, two):
        put(scribe, 1)
        scribe.turn()
    assert one._writer is not None
    one._writer.abandon()
    one.device.notary.close()  # type: ignore[union-attr]
    desk.clock.advance(61)
    two.turn()
    desk.clock.advance(2)
    two.turn()
    two.stop()

    assert ["log.recovered"] == [
        record["event"] for record in records_in(tmp_path) if record["writer"].startswith("web1-1")
    ][-1:]
    check_log(tmp_path)
    assert verify_folder(tmp_path).is_good
