"""The gateway as a process: started, watched, signalled."""

import asyncio
import os
import signal
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from tests.fakes.audit_side import endings_in
from tests.fakes.house import Answer, a_request, an_environ, connect, listen
from tests.fakes.open_door import Caller

ROOT = Path(__file__).resolve().parents[2]
_SECONDS = 20.0
_STRANGERS = ("GATEWAY_", "DEEPSEEK_", "LOCAL_", "OPENAI_")


class Served:
    """One process of the gateway and what it has written so far."""

    def __init__(
        self, process: asyncio.subprocess.Process, folder: Path, errors: asyncio.StreamReader | None
    ) -> None:
        self._process = process
        self._folder = folder
        self.trust: ssl.SSLContext | None = None
        self._out: list[bytes] = []
        self._err: list[bytes] = []
        self._reading = [
            asyncio.ensure_future(_keep(process.stdout, self._out)),
            asyncio.ensure_future(_keep(errors, self._err)),
        ]

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def told(self) -> str:
        """Everything on standard error so far."""
        # A terminal ends lines in its own way.
        return b"".join(self._err).decode().replace("\r\n", "\n")

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens, as its event says."""
        listening = self._event("gateway.listening")
        assert listening is not None, self.told
        url = urlsplit(listening["url"])
        assert url.hostname is not None
        assert url.port is not None
        return url.hostname, url.port

    @property
    def events(self) -> list[dict[str, Any]]:
        """The whole lines of JSON on standard error so far."""
        lines = self.told.splitlines(keepends=True)
        return [orjson.loads(line) for line in lines if line.startswith("{") and line.endswith("\n")]

    async def until_event(self, kind: str) -> None:
        """Return once it has told an event of this kind."""
        await self._until(lambda: self._event(kind) is not None)

    async def until_listening(self) -> None:
        """Return once callers may connect: of one process, or of all workers."""
        await self.until_event("gateway.listening")

    async def until_told(self, text: str) -> None:
        """Return once this stands on standard error."""
        await self._until(lambda: text in self.told)

    async def until_shown(self, text: str) -> None:
        """Return once this stands on standard output."""
        await self._until(lambda: text in self.shown)

    def _event(self, kind: str) -> dict[str, Any] | None:
        return next((event for event in self.events if event["event"] == kind), None)

    async def _until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(_SECONDS):
            while not condition():
                assert self._process.returncode is None, self.told
                await asyncio.sleep(0.005)

    async def call(self) -> Caller:
        """Connect; where the test has given a `trust`, over TLS."""
        return await connect(self.address, self.trust)

    async def until_refusing(self) -> None:
        """Return once nobody can connect any more."""
        async with asyncio.timeout(_SECONDS):
            while True:
                try:
                    (await self.call()).leave()
                except ConnectionError:
                    return
                await asyncio.sleep(0.01)

    async def ask(self, body: object, **how: Any) -> Answer:
        """Send one request on a connection of its own and return its answer."""
        async with await self.call() as caller:
            caller.say(a_request(body, **how))
            return await (await listen(caller)).rest()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        self._process.send_signal(number)

    async def ended(self) -> int:
        """Return the exit code, once there is one and everything it wrote was read."""
        code = await asyncio.wait_for(self._process.wait(), _SECONDS)
        await asyncio.gather(*self._reading)
        return code

    async def kill(self) -> None:
        """End it if it still runs."""
        if self._process.returncode is None:
            self._process.kill()
        await self.ended()

    @property
    def access_log(self) -> list[dict[str, Any]]:
        """The lines on standard output, behind what a start shows there for a person."""
        return [orjson.loads(line) for line in self._written()[1]]

    @property
    def shown(self) -> str:
        """What the start wrote to standard output for a person."""
        return b"".join(self._written()[0]).decode()

    def _written(self) -> tuple[list[bytes], list[bytes]]:
        lines = b"".join(self._out).splitlines(keepends=True)
        # From the first line of JSON on there is nothing else.
        begin = next((place for place, line in enumerate(lines) if line.startswith(b"{")), len(lines))
        return lines[:begin], lines[begin:]

    @property
    def records(self) -> list[dict[str, Any]]:
        """How the exchanges in the audit log ended."""
        return endings_in(self._folder / "state" / "audit")


def a_process_environ(folder: Path, **changes: str) -> dict[str, str]:
    """The environment of a process: the shipped policies, its state in this folder, no settings of ours."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_STRANGERS)}
    own = an_environ(folder, GATEWAY_POLICIES=str(ROOT / "policies"), GATEWAY_ACCESS_LOG="on")
    return inherited | own | changes


@asynccontextmanager
async def starting(
    environ: Mapping[str, str], folder: Path, *, module: str = "gateway", on_terminal: bool = False
) -> AsyncIterator[Served]:
    """Run `deepseek-gateway serve` until the block ends, whether it can start or not."""
    ours, theirs = os.openpty() if on_terminal else (None, asyncio.subprocess.PIPE)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", module, "serve"),
        env=environ,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=theirs,
    )
    errors = process.stderr
    if ours is not None:
        os.close(theirs)
        errors = _reading(ours)
    served = Served(process, folder, errors)
    try:
        yield served
    finally:
        await served.kill()


@asynccontextmanager
async def serving(folder: Path, **changes: str) -> AsyncIterator[Served]:
    """Serve with these changes of the environment until the block ends."""
    async with starting(a_process_environ(folder, **changes), folder) as served:
        await served.until_listening()
        yield served


@asynccontextmanager
async def serving_on_terminal(folder: Path, **changes: str) -> AsyncIterator[Served]:
    """Serve where a person looks at standard error."""
    async with starting(a_process_environ(folder, **changes), folder, on_terminal=True) as served:
        await served.until_told("listens on ")
        yield served


async def _keep(stream: asyncio.StreamReader | None, kept: list[bytes]) -> None:
    assert stream is not None
    while data := await stream.read(65536):
        kept.append(data)


def _reading(descriptor: int) -> asyncio.StreamReader:
    # By hand: a pipe of uvloop closes its descriptor and the file on it later, when it may be another's.
    stream, loop = asyncio.StreamReader(), asyncio.get_running_loop()

    def read() -> None:
        try:
            data = os.read(descriptor, 65536)
        except OSError:
            # The end of a terminal is an error.
            data = b""
        if data:
            stream.feed_data(data)
            return
        loop.remove_reader(descriptor)
        os.close(descriptor)
        stream.feed_eof()

    loop.add_reader(descriptor, read)
    return stream
