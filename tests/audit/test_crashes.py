"""Writers are killed at any moment: nothing durable is lost, and the log verifies after each crash."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.house.tree import ROOT


def crash(folder: Path, crashes: int, seed: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fakes.crashes", str(folder), str(crashes), str(seed)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.slow
def test_a_writer_that_is_killed_loses_nothing_durable(tmp_path: Path) -> None:
    """
    A dozen times; the long run below does it hundreds of times.
    """
    found = crash(tmp_path, 12, 7)

    assert (12, 0, []) == (found["crashes"], found["lost"], found["findings"])
    assert found["reported"] > 0


@pytest.mark.long
def test_hundreds_of_killed_writers_lose_nothing_durable(tmp_path: Path) -> None:
    """
    Six hundred kills: every record that was told to be on the disk is there, no check raises an alarm.
    """
    found = crash(tmp_path, 600, 20_271_115)

    assert (600, 0, []) == (found["crashes"], found["lost"], found["findings"])
    assert found["reported"] > 5_000
