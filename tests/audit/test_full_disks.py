"""Real disks that run full or cannot be written; where this machine may not mount one, the test says so."""

import asyncio
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.audit.catalogue import Facts, Noticed
from gateway.audit.devices import Devices
from gateway.audit.layout import Layout
from gateway.audit.log_writer import Moment
from gateway.audit.scribe import Scribe
from gateway.audit.slips import given
from gateway.audit.verify.folder import verify_folder
from gateway.foundation.clock import FakeClock
from tests.fakes.audit_side import Desk, records_in
from tests.fakes.log_check import check_log

_TEXT = "x" * 2_000
MOMENT = Moment("2027-01-15T08:00:00.000000Z", 5)


def told(number: int) -> tuple[str, Facts]:
    return "policy.reloaded", Noticed(facts={"number": number, "text": _TEXT})


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 KiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


async def fill(scribe: Scribe, first: int, last: int, clock: FakeClock | None = None) -> None:
    for number in range(first, last):
        scribe.put(given, told(number))
        if number % 10 == 0:
            scribe.turn()
            if clock is not None:
                clock.advance(0.06)
    scribe.turn()


async def test_a_disk_that_ran_full_costs_no_record_that_was_durable(small_disk: Path) -> None:
    """
    The trouble is told; with room again everything is written, and the log verifies.
    """
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"0" * 130_000)
    desk = Desk(small_disk / "log")
    scribe = await desk.open()
    await fill(scribe, 1, 71, desk.clock)
    trouble = scribe.trouble
    durable = {record["facts"]["number"] for record in records_whole(small_disk / "log")}

    ballast.unlink()
    desk.clock.advance(1.1)
    scribe.turn()
    scribe.stop()

    written = {record["facts"]["number"] for record in records_whole(small_disk / "log")}
    assert "disk" == trouble
    assert durable < written
    assert scribe.trouble is None
    check_log(small_disk / "log")
    assert [] == verify_folder(small_disk / "log").findings


async def test_a_second_disk_takes_what_the_full_one_did_not(small_disk: Path, tmp_path: Path) -> None:
    """
    Nothing is lost between them.
    """
    first, second = small_disk / "log", tmp_path / "second"
    scribe = await Desk(first, second).open()

    await fill(scribe, 1, 151)
    scribe.stop()

    assert scribe.trouble is None
    numbers = {record["facts"]["number"] for folder in (first, second) for record in records_whole(folder)}
    assert set(range(1, 151)) == numbers
    check_log(second)


async def test_a_reserve_is_kept_free(small_disk: Path) -> None:
    """
    The trouble begins before the disk is full, and what still comes is written into the reserve.
    """
    desk = Desk(small_disk / "log")
    scribe = await desk.open(reserve_bytes=150_000)
    before = scribe.trouble
    await fill(scribe, 1, 61)
    desk.clock.advance(1.1)
    scribe.turn()
    low = scribe.trouble
    await fill(scribe, 61, 71)
    scribe.stop()

    assert (None, "disk_reserve") == (before, low)
    assert 70 == len(records_whole(small_disk / "log"))
    check_log(small_disk / "log")


async def test_a_file_that_may_not_grow_fails_like_a_full_disk(tmp_path: Path) -> None:
    """
    A short write first, then an error: half a record is in the file, and is put aside.
    """
    desk = Desk(tmp_path)
    scribe = await desk.open()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, hard))
    try:
        await fill(scribe, 1, 40)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    desk.clock.advance(1.1)
    scribe.turn()
    scribe.stop()

    assert set(range(1, 40)) == {record["facts"]["number"] for record in records_whole(tmp_path)}
    check_log(tmp_path)
    assert list_of(tmp_path, "*.torn")


async def test_a_read_only_disk_refuses_the_start_or_gives_way_to_the_second(
    small_disk: Path, tmp_path: Path
) -> None:
    """
    As a kernel leaves a disk after an error of the device.
    """
    log, second = small_disk / "log", tmp_path / "second"
    desk = Desk(log, second)
    scribe = await desk.open()
    scribe.stop()
    await asyncio.to_thread(_remount, small_disk, "remount,ro")
    devices = [await desk.device(Layout(log)), await desk.device(Layout(second))]

    alone = Devices(devices[:1], host="web1", slot=0, version="1").open_writer(MOMENT, 1_800_000_100.0)
    both = Devices(devices, host="web1", slot=0, version="1").open_writer(MOMENT, 1_800_000_100.0)

    assert isinstance(alone, OSError)
    assert not isinstance(both, OSError)
    assert Layout(second) == both[0].layout
    both[1].abandon()


def records_whole(folder: Path) -> list[dict[str, dict[str, int]]]:
    return [record for record in records_in(folder) if record["event"] == "policy.reloaded"]


def list_of(folder: Path, pattern: str) -> list[Path]:
    return sorted(folder.glob(f"writers/*/{pattern}"))


def _remount(folder: Path, how: str) -> None:
    subprocess.run(["mount", "-o", how, str(folder)], capture_output=True, check=True)


async def test_a_disk_that_is_unmounted_is_trouble_until_it_is_back(tmp_path: Path) -> None:
    """
    Nothing is signed over the bare folder, and no record is lost.
    """
    mounted, away = tmp_path / "log", tmp_path / "away"
    desk = Desk(mounted)
    scribe = await desk.open()

    def put(number: int) -> None:
        scribe.put(given, told(number))
        desk.clock.advance(2)
        scribe.turn()

    put(0)
    mounted.rename(away)
    mounted.mkdir()
    for number in (1, 2, 3):
        put(number)
    trouble, left = scribe.trouble, list(mounted.iterdir())
    mounted.rmdir()
    away.rename(mounted)
    put(4)
    scribe.stop()

    assert ("disk", []) == (trouble, left)
    assert ["disk", None] == desk.troubles
    records = [record for record in records_in(mounted) if record["event"] == "policy.reloaded"]
    assert {0, 1, 2, 3, 4} == {record["facts"]["number"] for record in records}
    assert check_log(mounted)
