"""The gateway as a process: started, watched, signalled."""

import asyncio
import os
import re
import signal
import ssl
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

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
        """Where it listens."""
        found = re.search(r"listens on https?://([^\"]+):(\d+)[\"\n]", self.told)
        assert found, self.told
        return found[1].strip("[]"), int(found[2])

    async def until_told(self, text: str) -> None:
        """Return once this stands on standard error."""
        async with asyncio.timeout(_SECONDS):
            while text not in self.told:
                assert self._process.returncode is None, self.told
                await asyncio.sleep(0.005)

    async def until_shown(self, text: str) -> None:
        """Return once this stands on standard output."""
        async with asyncio.timeout(_SECONDS):
            while text not in self.shown:
                assert self._process.returncode is None, self.told
                await asyncio.sleep(0.005)

    async def call(self) -> Caller:
        """Connect; where the test has given a `trust`, over TLS."""
        return await connect(self.address, self.trust)

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
        """The lines of JSON on standard output; what a person may paste stands there as well."""
        return [orjson.loads(line) for line in b"".join(self._out).splitlines() if line.startswith(b"{")]

    @property
    def shown(self) -> str:
        """What stands on standard output for a person."""
        lines = b"".join(self._out).decode().splitlines(keepends=True)
        return "".join(line for line in lines if not line.startswith("{"))

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
        errors = await _reading(ours)
    served = Served(process, folder, errors)
    try:
        yield served
    finally:
        await served.kill()


@asynccontextmanager
async def serving(folder: Path, **changes: str) -> AsyncIterator[Served]:
    """Serve with these changes of the environment until the block ends."""
    async with starting(a_process_environ(folder, **changes), folder) as served:
        await served.until_told("listens on ")
        yield served


@asynccontextmanager
async def serving_on_terminal(folder: Path, **changes: str) -> AsyncIterator[Served]:
    """Serve where a person looks at standard error."""
    async with starting(a_process_environ(folder, **changes), folder, on_terminal=True) as served:
        await served.until_told("listens on ")
        yield served


async def _keep(stream: asyncio.StreamReader | None, kept: list[bytes]) -> None:
    assert stream is not None
    # The end of a terminal is an error.
    with suppress(OSError):
        while data := await stream.read(65536):
            kept.append(data)


async def _reading(descriptor: int) -> asyncio.StreamReader:
    stream = asyncio.StreamReader()
    pipe = os.fdopen(descriptor, "rb", 0)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), pipe)
    return stream
