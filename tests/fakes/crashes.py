"""
Writers that are killed, again and again, and what they leave behind: a process of its own.

    python -m tests.fakes.crashes <folder> <crashes> <seed>

prints one JSON object. Each child writes with the real thread and reports every
record that it was told is on the disk; it is killed somewhere in its work. Then
everything reported has to be there, and the log has to verify.
"""

import asyncio
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from gateway.audit.catalogue import Heartbeat
from gateway.audit.devices import Devices
from gateway.audit.layout import Layout
from gateway.audit.record import time_text
from gateway.audit.scribe import Scribe
from gateway.audit.slips import given
from gateway.audit.verify.folder import verify_folder
from gateway.foundation.clock import SystemClock
from gateway.foundation.keys import GATEWAY
from tests.fakes.audit_side import Desk, records_in

_FOLDER_CRASHES = 20
_SEGMENT_BYTES = 6_000


class Crashes:
    """Kill writers of one log, and look after each what is there."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self._folder = folder
        self._chance = chance
        self._reported: set[int] = set()
        self._next = 1
        self._has_begun = False
        self.lost = 0
        self.findings: list[str] = []
        self.torn = 0
        desk = Desk(folder, since=time_text(time.time() - 60))
        asyncio.run(desk.keys.ensure([GATEWAY]))
        self._device = asyncio.run(desk.device(Layout(folder)))

    @property
    def reported(self) -> int:
        """How many records were told to be on the disk."""
        return len(self._reported)

    def crash(self) -> None:
        """Let one writer begin, kill it, and check."""
        reader, writer = os.pipe()
        first, self._next = self._next, self._next + 1_000_000
        child = os.fork()
        if child == 0:
            os.close(reader)
            asyncio.run(self._write(writer, first))
            os._exit(1)
        os.close(writer)
        self._watch(reader, child)
        self._check()

    def _watch(self, reader: int, child: int) -> None:
        heard, wanted = b"", self._chance.choice((0, 1, 5, 40, 200))
        while heard.count(b"\n") < wanted and (more := os.read(reader, 65_536)):
            heard += more
        time.sleep(self._chance.random() * 0.02)
        os.kill(child, signal.SIGKILL)
        while more := os.read(reader, 65_536):
            heard += more
        os.close(reader)
        os.waitpid(child, 0)
        self._reported.update(int(line) for line in heard.split(b"\n")[:-1])

    def _check(self) -> None:
        there = {record.get("queued") for record in _whole_records(self._folder)}
        self.lost += len(self._reported - there)
        # Before the first checkpoint of a new log is signed, nobody vouches for it.
        self._has_begun = self._has_begun or (self._folder / "checkpoint").exists()
        if self._has_begun:
            self.findings += [str(finding) for finding in verify_folder(self._folder).findings]
        self.torn = sum(1 for _ in self._folder.glob("writers/*/*.torn"))

    async def _write(self, report: int, first: int) -> None:
        devices = Devices(
            [self._device], host="web1", slot=os.getpid(), version="1", segment_bytes=_SEGMENT_BYTES
        )
        scribe = Scribe(devices, SystemClock(), on_trouble=lambda _: None)
        scribe.open()
        scribe.start()
        loop, number = asyncio.get_running_loop(), first
        while True:
            waiting = []
            for _ in range(8):
                waiter = loop.create_future()
                scribe.put(given, ("log.heartbeat", Heartbeat(queued=number)), waiter=waiter)
                waiting.append((number, waiter))
                number += 1
            for one, waiter in waiting:
                await waiter
                os.write(report, b"%d\n" % one)


def _whole_records(folder: Path) -> list[dict[str, int]]:
    # What is torn at the end of a file is no record.
    found: list[dict[str, int]] = []
    try:
        found += records_in(folder)
    except ValueError as error:
        raise AssertionError("a line with a line feed is no record") from error
    return found


def main() -> None:
    """Crash as often as it is said, with a fresh log now and then."""
    folder, crashes, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(seed)  # noqa: S311 - a dice
    totals = {"crashes": 0, "reported": 0, "lost": 0, "torn": 0}
    findings: list[str] = []
    while totals["crashes"] < crashes:
        log = Crashes(folder / f"{totals['crashes']:05d}", chance)
        for _ in range(min(_FOLDER_CRASHES, crashes - totals["crashes"])):
            log.crash()
            totals["crashes"] += 1
        totals["reported"] += log.reported
        totals["lost"] += log.lost
        totals["torn"] += log.torn
        findings += log.findings
    sys.stdout.write(json.dumps(totals | {"findings": findings}) + "\n")


if __name__ == "__main__":
    main()
