"""A log that only had bad luck proves itself: nothing is found where nobody was at it."""

import asyncio
from pathlib import Path

import pytest

from gateway.audit.verify.folder import LogReport, verify_folder
from gateway.audit.verify.heads import KeptCheckpoint
from tests.fakes.real_log import RealLog


def _check(log: RealLog) -> LogReport:
    """Check a log against its first key and every checkpoint that was ever signed."""
    return verify_folder(
        log.folder, pins=[log.pin], anchors=[KeptCheckpoint("kept", note) for note in log.notes]
    )


@pytest.mark.slow
def test_at_every_moment_of_its_life(tmp_path: Path) -> None:
    """
    Between any two turns of its writers, over segments and keys.
    """

    async def lived() -> list[str]:
        log, found = RealLog(tmp_path / "log"), list[str]()
        await log.open()
        for number in range(14):
            if number == 6:
                await log.rotate_key()
            for slot, scribe in enumerate(log.scribes):
                log.serve(scribe, f"req_{slot}_{number}", f"more_{slot}_{number}")
                scribe.turn()
                found += map(str, _check(log).findings)
            log.desk.clock.advance(1.5)
        log.stop()
        return found + [str(one) for one in _check(log).findings]

    assert [] == asyncio.run(lived())


@pytest.mark.parametrize("torn", [0, 1, 40, 200])
def test_after_a_crash_and_after_the_recovery(tmp_path: Path, torn: int) -> None:
    """
    With a record cut anywhere at the end of a file, and a second life after it.
    """

    async def crashed() -> tuple[LogReport, LogReport]:
        log = RealLog(tmp_path / "log")
        await log.open()
        log.serve(log.scribes[0], "req_1")
        log.turn()
        log.serve(log.scribes[0], "req_2")
        log.scribes[0].turn()
        log.die(0, torn)
        dead = _check(log)
        await log.open(slots=1)
        log.serve(log.scribes[-1], "req_3")
        log.turn()
        log.stop()
        return dead, _check(log)

    dead, recovered = asyncio.run(crashed())

    assert ([], []) == (dead.findings, recovered.findings)
    assert [bool(torn)] == [any("is not finished" in note for note in dead.notes)]


def test_when_checkpoints_were_cut_in_the_writing(tmp_path: Path) -> None:
    """
    Half a head, half a checkpoint, and the file of the newest one behind.
    """

    async def cut() -> RealLog:
        log = RealLog(tmp_path / "log")
        await log.live(4)
        return log

    log = asyncio.run(cut())
    for part in ("heads", "checkpoints"):
        with (log.folder / part / "00000000.jsonl").open("ab") as file:
            file.write(b'{"no')
    (log.folder / "checkpoint").write_text(log.notes[-2])

    assert [] == _check(log).findings


def test_when_other_files_lie_about(tmp_path: Path) -> None:
    """
    What is no part of the format is not looked at.
    """

    async def lived() -> RealLog:
        log = RealLog(tmp_path / "log")
        await log.live(2)
        return log

    log = asyncio.run(lived())
    (log.folder / "lost+found").mkdir()
    (log.folder / "heads" / "notes.txt").write_text("hello")
    (log.folder / "writers" / "link").symlink_to("/nowhere")

    assert [] == _check(log).findings


def test_when_the_clock_went_backwards(tmp_path: Path) -> None:
    """
    The wall clock of a host may; the checkpoints go on where they were.
    """

    async def lived() -> RealLog:
        log = RealLog(tmp_path / "log")
        await log.open(slots=1)
        log.serve(log.scribes[0], "req_1")
        log.turn()
        log.desk.clock.set_back(100)
        log.serve(log.scribes[0], "req_2")
        log.turn()
        log.stop()
        return log

    assert [] == _check(asyncio.run(lived())).findings


def test_when_the_clock_was_wrong_for_a_moment(tmp_path: Path) -> None:
    """
    A day ahead for one checkpoint, and put right: what is written next is young, not left out.
    """

    async def lived() -> list[LogReport]:
        log = RealLog(tmp_path / "log")
        await log.open(slots=1)
        log.serve(log.scribes[0], "req_1")
        log.turn()
        log.desk.clock.set_back(-86_400)
        log.serve(log.scribes[0], "req_2")
        log.turn()
        log.desk.clock.set_back(86_400)
        log.serve(log.scribes[0], "req_3")
        log.scribes[0].turn()
        log.desk.clock.advance(0.1)
        log.serve(log.scribes[0], "req_4")
        log.scribes[0].turn()
        alive = _check(log)
        log.stop()
        return [alive, _check(log)]

    alive, stopped = asyncio.run(lived())

    assert any("newer than the last head" in note for note in alive.notes)
    assert ([], []) == (alive.findings, stopped.findings)
