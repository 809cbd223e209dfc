"""Whoever comes first lets old things go, once a day."""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from gateway.audit.daily_expiry import COMMAND, DailyExpiry
from gateway.audit.expiry_diary import ExpiryDiary
from gateway.foundation.clock import FakeClock
from gateway.vocabulary.notice import Notice

pytestmark = pytest.mark.slow

DAY = 86_400.0
GONE = '{"segments": 2, "texts": 7, "periods": 1, "unruled": [], "packed": 3}'


def saying(text: str, *, status: int = 0, complaint: str = "") -> Sequence[str]:
    """A child that writes a line into the file `runs` and says this."""
    script = (
        "import os, sys; open(os.environ['RUNS'], 'a').write('x');"
        f"sys.stdout.write({text!r}); sys.stderr.write({complaint!r}); sys.exit({status})"
    )
    return (sys.executable, "-c", script)


class Host:
    """A host on which several processes share a state folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.told: list[Notice] = []

    def process(self, command: Sequence[str] | None) -> DailyExpiry:
        """One of them."""
        environ = {"RUNS": str(self.folder / "runs")}
        return DailyExpiry(
            command, environ, ExpiryDiary(self.folder), clock=self.clock, tell=self.told.append
        )

    @property
    def runs(self) -> int:
        """How many children there were."""
        path = self.folder / "runs"
        return len(path.read_text()) if path.exists() else 0


async def test_what_was_let_go_is_told(tmp_path: Path) -> None:
    """
    How much, and whose texts no plan counts for.
    """
    host = Host(tmp_path)
    await host.process(saying(GONE)).look()
    host.clock.advance(DAY)
    await host.process(saying(GONE.replace("[]", '["bolt", "coil"]'))).look()

    assert [
        Notice("audit.expired", {"segments": 2, "texts": 7, "periods": 1, "packed": 3}),
        Notice(
            "audit.expired", {"segments": 2, "texts": 7, "periods": 1, "packed": 3, "unruled": "bolt,coil"}
        ),
    ] == host.told


async def test_of_several_processes_one_does_it(tmp_path: Path) -> None:
    """
    The others hear of it from the diary, and tell its time.
    """
    host = Host(tmp_path)
    one, other = host.process(saying(GONE)), host.process(saying(GONE))
    await one.look()
    ExpiryDiary(tmp_path).note(succeeded=host.clock.wall())

    await other.look()

    assert (1, {(): host.clock.wall()}) == (host.runs, other.told())


async def test_a_failure_is_told_and_tried_again_after_an_hour(tmp_path: Path) -> None:
    """
    With the last line that the child complained of, or else how it ended.
    """
    host = Host(tmp_path)
    for command in (saying("", status=1, complaint="first\nno policies\n"), saying("", status=3)):
        await host.process(command).look()
        await host.process(command).look()
        host.clock.advance(3_600.0)
    await host.process(("/nowhere/to/be/found",)).look()

    reasons = [str(notice.facts["reason"]) for notice in host.told]
    assert {"audit.not_expired"} == {notice.kind for notice in host.told}
    assert ["no policies", "it ended with 3"] == reasons[:2]
    assert (2, 3, "/nowhere/to/be/found" in reasons[2]) == (host.runs, len(reasons), True)


async def test_who_came_second_says_nothing(tmp_path: Path) -> None:
    """
    Another process tells of it.
    """
    host = Host(tmp_path)

    await host.process(saying('{"skipped": "Another process is at it."}')).look()

    assert (1, []) == (host.runs, host.told)


async def test_where_it_is_off_nothing_is_sent_and_successes_of_others_are_told(tmp_path: Path) -> None:
    """
    As those of a timer; before the first one there is no time that an alert could go by.
    """
    host = Host(tmp_path)
    off = host.process(None)
    await off.open()
    before = off.told()
    ExpiryDiary(tmp_path).note(succeeded=7.0)

    await off.look()

    assert ({}, {(): 7.0}, 0) == (before, off.told(), host.runs)


async def test_before_the_first_success_it_is_told_since_when_it_is_due(tmp_path: Path) -> None:
    """
    Over restarts, so that one who restarts each day is told, too.
    """
    host = Host(tmp_path)
    began = host.clock.wall()
    await host.process(saying(GONE)).open()
    host.clock.advance(3 * DAY)
    later = host.process(saying(GONE))

    await later.open()

    assert {(): began} == later.told()


async def test_a_process_that_ends_ends_its_child(tmp_path: Path) -> None:
    """
    What is left to do, the next one does.
    """
    host = Host(tmp_path)
    script = "import os, time; open(os.environ['RUNS'], 'w').write(str(os.getpid())); time.sleep(600)"
    task = asyncio.ensure_future(host.process((sys.executable, "-c", script)).look())
    async with asyncio.timeout(20):
        while not host.runs:  # noqa: ASYNC110 - another process tells by a file
            await asyncio.sleep(0.02)
    child = (tmp_path / "runs").read_text()

    task.cancel()
    await asyncio.wait([task])

    with pytest.raises(ProcessLookupError):
        os.kill(int(child), 0)
    assert task.cancelled()


def test_the_child_is_our_own_command() -> None:
    """
    As an operator would run it, of this very installation.
    """
    assert (sys.executable, ("audit", "expire")) == (COMMAND[0], COMMAND[4:6])
