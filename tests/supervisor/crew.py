"""A supervisor over pretend workers."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.foundation.listening import open_shared
from gateway.supervisor.slot import ASK_SECONDS
from gateway.supervisor.supervisor import Supervisor
from gateway.telemetry.tenant_names import TenantNames
from tests.fakes.house import until
from tests.fakes.measured import OPEN, values_on

_SECONDS = 20.0
# What pretend workers count their callers and themselves as.
ANSWERED, ALIVE = "gateway_audit_gaps_total", "gateway_requests_in_flight"


def pretending(part: str) -> tuple[str, ...]:
    """Return the command of a worker that plays this part."""
    return ("env", f"PRETEND={part}", sys.executable, str(Path(__file__).with_name("pretend_worker.py")))


class Crew:
    """A supervisor, what it told, and where its workers serve."""

    def __init__(self, count: int, part: str, stop_seconds: float, ask_seconds: float) -> None:
        self.told: list[str] = []
        self.shown: list[str] = []
        self.sockets = open_shared("127.0.0.1", 0, count)
        self.supervisor = Supervisor(
            [[one] for one in self.sockets],
            lambda said: self.told.append(said.text),
            self.shown.append,
            stop_seconds=stop_seconds,
            ask_seconds=ask_seconds,
            names=TenantNames(9),
            command=pretending(part),
        )
        self.running = asyncio.ensure_future(self.supervisor.run())

    async def call(self) -> int:
        """Connect once and return the process that answered."""
        reader, writer = await asyncio.open_connection(*self.sockets[0].getsockname())
        pid = await asyncio.wait_for(reader.read(), _SECONDS)
        writer.close()
        return int(pid)

    async def value(self, name: str) -> float:
        """Ask all workers and return the one value of a metric."""
        page, _ = await self.supervisor.page(OPEN)
        return value_on(page, name)

    async def until_told(self, words: str) -> None:
        """Return once the supervisor said so."""
        await until(lambda: any(words in told for told in self.told))


@asynccontextmanager
async def a_crew(
    count: int, part: str = "serve", *, stop_seconds: float = 5.0, ask_seconds: float = ASK_SECONDS
) -> AsyncIterator[Crew]:
    """Run so many workers until the block ends."""
    crew = Crew(count, part, stop_seconds, ask_seconds)
    try:
        yield crew
    finally:
        crew.supervisor.stop()
        await asyncio.wait_for(crew.running, _SECONDS)
        for one in crew.sockets:
            one.close()


def value_on(page: bytes, name: str) -> float:
    """Return the one value of a metric."""
    (value,) = [value for (told, _), value in values_on(page).items() if told == name]
    return value
