"""Where the log may be written."""

from pathlib import Path

from gateway.audit.devices import Devices
from gateway.audit.layout import Layout
from gateway.audit.log_writer import Moment
from tests.fakes.audit_side import Desk
from tests.fakes.sick_disk import SickDisk

MOMENT = Moment("2027-01-15T08:00:00.000000Z", 5)


def folders_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/writers/*"))


async def two_devices(folder: Path, disk: SickDisk) -> Devices:
    desk = Desk(folder / "first", folder / "second", disk=disk)
    await desk.open()
    return desk.devices


async def test_the_first_device_that_works_is_taken(tmp_path: Path) -> None:
    """
    And the second where the first one fails.
    """
    disk = SickDisk()
    devices = await two_devices(tmp_path, disk)
    disk.full, disk.where = True, tmp_path / "first"

    opened = devices.open_writer(MOMENT, 1_800_000_001.0)

    assert not isinstance(opened, OSError)
    assert Layout(tmp_path / "second") == opened[0].layout
    opened[1].abandon()


async def test_a_device_with_room_goes_before_one_without(tmp_path: Path) -> None:
    """
    The reserve is for what runs already.
    """
    disk = SickDisk()
    devices = await two_devices(tmp_path, disk)
    disk.free, disk.where = 0, tmp_path / "first"

    opened = devices.open_writer(MOMENT, 1_800_000_001.0)

    assert not isinstance(opened, OSError)
    assert Layout(tmp_path / "second") == opened[0].layout
    opened[1].abandon()


async def test_when_none_works_the_last_failure_is_told(tmp_path: Path) -> None:
    """
    As a value: it is an expected answer.
    """
    disk = SickDisk()
    devices = await two_devices(tmp_path, disk)
    disk.full = True
    before = folders_in(tmp_path)

    assert isinstance(devices.open_writer(MOMENT, 1_800_000_001.0), OSError)
    # Whoever tries every second leaves no folder for each try.
    assert before == folders_in(tmp_path)


async def test_two_writers_of_one_moment_have_two_names(tmp_path: Path) -> None:
    """
    A clock that stands still makes no clash.
    """
    devices = await two_devices(tmp_path, SickDisk())

    opened = [devices.open_writer(MOMENT, 1_800_000_001.0) for _ in range(2)]

    writers = [one[1] for one in opened if not isinstance(one, OSError)]
    assert 2 == len({writer.writer for writer in writers})
    for writer in writers:
        writer.abandon()


async def test_a_folder_whose_disk_is_gone_is_no_device(tmp_path: Path) -> None:
    """
    Nothing begins in the bare folder; when the disk is back, the log goes on.
    """
    mounted, away = tmp_path / "log", tmp_path / "away"
    desk = Desk(mounted)
    await desk.open()
    mounted.rename(away)
    mounted.mkdir()

    gone = desk.devices.open_writer(MOMENT, 1_800_000_001.0)
    left = list(mounted.iterdir())
    mounted.rmdir()
    away.rename(mounted)
    back = desk.devices.open_writer(MOMENT, 1_800_000_002.0)

    assert isinstance(gone, FileNotFoundError)
    assert [] == left
    assert not isinstance(back, OSError)
    back[1].abandon()


async def test_a_folder_with_another_log_in_it_is_no_device(tmp_path: Path) -> None:
    """
    Two logs are not mixed, whoever swapped the folder.
    """
    desk, other = Desk(tmp_path / "log"), Desk(tmp_path / "other")
    await desk.open()
    await other.open()
    (tmp_path / "log").rename(tmp_path / "away")
    (tmp_path / "other").rename(tmp_path / "log")

    opened = desk.devices.open_writer(MOMENT, 1_800_000_001.0)

    assert "has another log in it" in str(opened)
