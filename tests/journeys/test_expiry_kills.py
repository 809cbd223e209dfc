"""A run of expiry is killed at any moment: the log verifies, and the next run goes on where it was."""

import asyncio
import random
import subprocess
import sys
import time
from calendar import timegm
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.audit.room import AuditRoom
from gateway.audit.verify.folder import verify_folder
from gateway.cli.store import opened_state
from gateway.foundation.clock import FakeClock
from gateway.settings import read_settings
from tests.fakes.audit_logs import an_exchange
from tests.fakes.house import PolicyFolder, an_environ

pytestmark = pytest.mark.long

_DAYS = 60
_KEPT_DAYS = 30
_KILLS = 30
_COMMAND = (sys.executable, "-m", "gateway", "audit", "expire")


def a_place(folder: Path) -> Mapping[str, str]:
    """Policies that keep records for thirty days."""
    policies = PolicyFolder(folder / "policies", ["http://127.0.0.1:9"])
    days = dict.fromkeys(("record_days", "content_days", "lookup_days"), _KEPT_DAYS)
    policies.plan["audit"] = {"retention": days}
    policies.write()
    return an_environ(folder)


async def live(environ: Mapping[str, str]) -> None:
    """Let a process of each of the last sixty days write some segments."""
    settings = read_settings(environ)
    clock = FakeClock(time.time() - _DAYS * 86_400)
    for day in range(_DAYS):
        async with opened_state(settings) as state:
            await state.keys.ensure(["_gateway", "acme"])
            small = replace(settings.audit, segment_bytes=4_000)
            room = AuditRoom(small, state.keys, state.store, clock=clock, tell=lambda _: None)
            await room.open()
            await room.ensure(["acme"])
            for number in range(8):
                for told in an_exchange(f"req_{day}_{number}"):
                    room.record(*told)
                room.scribe.turn()
            await room.close()
        clock.advance(86_400)


def is_killed(environ: Mapping[str, str], seconds: float) -> bool:
    """Begin a run, and kill it after so long; False if it had ended by itself."""
    with subprocess.Popen(_COMMAND, env=environ, stdout=subprocess.DEVNULL) as child:
        try:
            assert 0 == child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            return True
        return False


def test_what_was_killed_is_finished_and_every_log_in_between_verifies(tmp_path: Path) -> None:
    """
    Thirty times, from before it begins until after it is done.
    """
    environ, log = a_place(tmp_path), tmp_path / "state" / "audit"
    asyncio.run(live(environ))
    chance = random.Random(7)  # noqa: S311 - when to kill

    findings = []
    for _ in range(_KILLS):
        is_killed(environ, chance.uniform(0.4, 0.9))
        findings += verify_folder(log).findings
    assert not is_killed(environ, 120)

    report = verify_folder(log)
    assert ([], []) == (findings, report.findings)
    assert report.expired_segments > _KEPT_DAYS
    assert not any(_day_of(path) > _KEPT_DAYS + 1 for path in log.glob("writers/*/*.jsonl"))


def _day_of(path: Path) -> float:
    """How many days ago a writer began."""
    began = timegm(time.strptime(path.parent.name.rpartition("-")[2][:15], "%Y%m%dT%H%M%S"))
    return (time.time() - began) / 86_400
