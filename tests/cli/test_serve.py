"""`deepseek-gateway serve` as a process: how it refuses to start, and how it stops."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from tests.fakes.processes import DEMO_KEY, a_gateway, free_port

pytestmark = pytest.mark.slow

_POLICIES = Path(__file__).resolve().parents[2] / "policies"


def _environment(state: Path, port: int) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "GATEWAY_PORT": str(port),
        "GATEWAY_POLICIES": str(_POLICIES),
        "GATEWAY_STATE_DIR": str(state),
    }


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"GATEWAY_HOST": "0.0.0.0"}, "simulator"),
        ({"GATEWAY_PORT": "eighty"}, "GATEWAY_PORT"),
        ({"GATEWAY_POLICIES": "nowhere"}, "GATEWAY_POLICIES"),
        ({"GATEWAY_DEMO_KEY": "short"}, "GATEWAY_DEMO_KEY"),
        ({"GATEWAY_WORKERS": "2"}, "GATEWAY_REDIS_URL"),
        ({"GATEWAY_WORKERS": "many"}, "GATEWAY_WORKERS"),
        ({"GATEWAY_TLS_KEY": "some.key"}, "GATEWAY_TLS_CERTIFICATE"),
        ({"GATEWAY_TLS_CERTIFICATE": "no.crt"}, "no.crt cannot be read (No such file or directory)"),
        (
            {"GATEWAY_WORKERS": "2", "GATEWAY_REDIS_URL": "redis://127.0.0.1:1", "GATEWAY_DEMO_KEY": "short"},
            "GATEWAY_DEMO_KEY",
        ),
        ({"LOCAL_KIND": "no-such-kind", "LOCAL_BASE_URL": "http://127.0.0.1:1/v1"}, "upstreams.yaml"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
)
def test_a_start_that_cannot_be_right_is_refused(tmp_path: Path, settings: dict[str, str], word: str) -> None:
    """
    The process ends at once with 1 and one line that names what to change.
    """
    own = _environment(tmp_path, 0) | settings

    ran = subprocess.run(
        [sys.executable, "-m", "gateway", "serve"],
        env=own,
        cwd=_POLICIES.parent,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert 1 == ran.returncode
    (line,) = ran.stderr.splitlines()
    event = json.loads(line)
    assert ("gateway.cannot_start", "error") == (event["event"], event["level"])
    assert word in event["says"]
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("closed", ["0<&-", "0<&- 1>&- 2>&-"])
def test_a_gateway_whose_standard_streams_are_closed_serves_and_stops(tmp_path: Path, closed: str) -> None:
    """
    As some init systems start a process; no socket takes the place of a log.
    """
    port = free_port()
    environment = _environment(tmp_path, port)
    command = ["sh", "-c", f'exec "{sys.executable}" -m gateway serve {closed}']
    with subprocess.Popen(command, env=environment, cwd=_POLICIES.parent) as process:
        try:
            _await_ready(f"http://127.0.0.1:{port}/readyz", process)
        finally:
            process.terminate()

    assert 0 == process.returncode


def test_a_first_start_that_can_show_its_keys_to_nobody_serves(tmp_path: Path) -> None:
    """
    The disk of its log is full, say: a gateway is there to serve.
    """
    port = free_port()
    environment = _environment(tmp_path, port)
    command = [sys.executable, "-m", "gateway", "serve"]
    with (
        Path("/dev/full").open("wb") as full,
        subprocess.Popen(
            command, env=environment, cwd=_POLICIES.parent, stdout=full, stderr=subprocess.PIPE
        ) as process,
    ):
        assert process.stderr is not None
        try:
            _await_ready(f"http://127.0.0.1:{port}/readyz", process)
            said = b""
            while b"gateway.not_shown" not in said and process.poll() is None:
                said += process.stderr.readline()
        finally:
            process.terminate()

    assert 0 == process.returncode
    assert b"No space left on device" in said


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_start_that_waits_can_be_reloaded_and_stopped(tmp_path: Path, workers: str) -> None:
    """
    While it waits for Redis, SIGHUP ends nothing, and SIGTERM ends it at once, with 0.
    """
    environment = {
        **_environment(tmp_path, 0),
        "GATEWAY_REDIS_URL": "redis://127.0.0.1:1",
        "GATEWAY_STARTUP_WAIT_SECONDS": "600",
        "GATEWAY_WORKERS": workers,
    }
    command = [sys.executable, "-m", "gateway", "serve"]
    with subprocess.Popen(command, env=environment, cwd=_POLICIES.parent, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        # Not there before the process listens to signals.
        assert b"redis.lost" in process.stderr.readline()
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=60)[1]

    assert 0 == process.returncode
    assert b"cannot_start" not in said


def test_a_running_stream_is_finished_before_the_process_ends(tmp_path: Path) -> None:
    """
    SIGTERM ends a process, not the answers it is giving.
    """
    reader = _Reader("[[sim:deltas=40,delay_ms=25]]")
    with ThreadPoolExecutor() as pool, a_gateway(tmp_path) as url:
        reading = pool.submit(reader.read, url)
        assert reader.has_begun.wait(10)

    reading.result(timeout=20)

    assert ("data: [DONE]", False) == (reader.lines[-1], reader.was_cut)


def test_a_stream_that_outlasts_the_drain_ends_with_an_error(tmp_path: Path) -> None:
    """
    What cannot be finished in time says so, and its body is cut.
    """
    reader = _Reader("[[sim:deltas=10000,delay_ms=25]]")
    with ThreadPoolExecutor() as pool, a_gateway(tmp_path, GATEWAY_DRAIN_SECONDS="0.2") as url:
        reading = pool.submit(reader.read, url)
        assert reader.has_begun.wait(10)

    reading.result(timeout=20)
    error = json.loads(reader.lines[-1].removeprefix("data: "))["error"]

    assert ("shutting_down", True) == (error["code"], reader.was_cut)


def _await_ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    """Return once the process answers, or has ended; what it says goes nowhere."""
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx2.get(url, trust_env=False).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.05)


class _Reader:
    """Read one stream in a thread, and know how it ended."""

    def __init__(self, text: str) -> None:
        self._request = {
            "model": "deepseek-chat",
            "messages": [{"role": "user", "content": text}],
            "stream": True,
        }
        self.has_begun = threading.Event()
        self.was_cut = False
        self.lines: list[str] = []

    def read(self, url: str) -> None:
        """Read until the end, whichever it is."""
        with httpx2.stream(
            "POST",
            f"{url}/v1/chat/completions",
            json=self._request,
            headers={"authorization": f"Bearer {DEMO_KEY}"},
            trust_env=False,
        ) as answer:
            try:
                self._take(answer.iter_lines())
            except httpx2.RemoteProtocolError:
                self.was_cut = True

    def _take(self, lines: Iterator[str]) -> None:
        for line in filter(None, lines):
            self.lines.append(line)
            self.has_begun.set()
