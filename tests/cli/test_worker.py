"""`deepseek-gateway worker` serves where it was told to, and not without its supervisor."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.foundation.listening import open_listening

pytestmark = pytest.mark.slow

_ROOT = Path(__file__).resolve().parents[2]


def run_worker(folder: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run a worker whose supervisor is gone, to its end."""
    ours, theirs = socket.socketpair()
    environment = {
        "PATH": os.environ["PATH"],
        "GATEWAY_POLICIES": str(_ROOT / "policies"),
        "GATEWAY_STATE_DIR": str(folder),
        **settings,
    }
    with theirs, open_listening("127.0.0.1", 0) as listening:
        ours.close()
        lent = (listening.fileno(), theirs.fileno())
        return subprocess.run(
            [sys.executable, "-m", "gateway", "worker", "--sockets", str(lent[0]), "--line", str(lent[1])],
            env=environment,
            pass_fds=lent,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )


def test_a_worker_whose_supervisor_is_gone_ends(tmp_path: Path) -> None:
    """
    It starts, finds the line at its end, stops in order, and tells nobody a welcome.
    """
    ran = run_worker(tmp_path)

    assert (0, "") == (ran.returncode, ran.stdout)
    assert "gateway.listening" not in ran.stderr


def test_a_worker_that_cannot_start_says_why(tmp_path: Path) -> None:
    """
    Its words are those of a gateway by itself.
    """
    ran = run_worker(tmp_path, GATEWAY_DEMO_KEY="short")

    assert 1 == ran.returncode
    assert "deepseek-gateway cannot start: GATEWAY_DEMO_KEY" in ran.stderr
