"""Servers that tests run as processes of their own."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

DEMO_KEY = "sk-a-key-for-these-tests"

# Beside this interpreter, not of this file's folder: `bin` of the environment.
_SHIPPED = Path(__file__).resolve().parents[2] / "policies"
_COMMAND = Path(sys.executable).with_name("deepseek-gateway")


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def descriptors_of(process: int | str) -> int:
    """Return how many file descriptors a process has open."""
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


@contextmanager
def served(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    ready_url: str,
    folder: Path,
    seconds: float,
) -> Iterator[None]:
    """
    Run a server until the block ends.

    Starting to serve means answering 200 at `ready_url`. What the process
    writes is kept in the folder and quoted when it does not get that far.
    """
    log = folder / f"{Path(command[0]).name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=_inherited() | dict(environment), cwd=folder, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _await_ready(process, ready_url, log, seconds)
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def uncached_policies(folder: Path) -> str:
    """Write the shipped policies anew without a cache, for tests that want another answer each time."""
    policies = folder / "policies"
    shutil.copytree(_SHIPPED, policies)
    plan = policies / "plans" / "demo.yaml"
    text = plan.read_text(encoding="utf-8")
    assert "cache:\n  enabled: true" in text
    plan.write_text(text.replace("cache:\n  enabled: true", "cache:\n  enabled: false"), encoding="utf-8")
    return str(policies)


@contextmanager
def a_gateway(folder: Path, **environment: str) -> Iterator[str]:
    """Serve the gateway with the shipped policies and `DEMO_KEY`; gives its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    own = {
        "GATEWAY_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "GATEWAY_STATE_DIR": str(folder / "state"),
        "GATEWAY_POLICIES": str(_SHIPPED),
        "GATEWAY_DEMO_KEY": DEMO_KEY,
    }
    with served(
        [_COMMAND, "serve"],
        environment=own | environment,
        ready_url=f"{url}/readyz",
        folder=folder,
        seconds=30,
    ):
        yield url


@contextmanager
def a_simulator(folder: Path) -> Iterator[str]:
    """Run the pretend DeepSeek; gives its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command: list[str | Path] = [_COMMAND, "simulator", "--host", "127.0.0.1", "--port", str(port)]
    with served(command, environment={}, ready_url=f"{url}/sim/records", folder=folder, seconds=30):
        yield url


def _inherited() -> dict[str, str]:
    # The developer's own upstreams and settings must not leak into a test.
    strangers = ("GATEWAY_", "DEEPSEEK_", "LOCAL_", "OPENAI_")
    return {name: value for name, value in os.environ.items() if not name.startswith(strangers)}


def _await_ready(process: "subprocess.Popen[bytes]", url: str, log: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - the tests' own address
                return
        except urllib.error.HTTPError as not_yet:
            # It is an open answer, too.
            not_yet.close()
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError(
        f"{url} never answered; the process wrote:\n{log.read_text(errors='replace')[-4000:]}"
    )
