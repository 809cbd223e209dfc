"""Several workers behind one address: killed, replaced and told of new policies while callers keep coming."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.server import Simulator
from tests.fakes.house import Answer, PolicyFolder, a_chat, a_request, listen
from tests.fakes.redis_server import RedisServer
from tests.journeys.serving import Served, a_process_environ, starting

pytestmark = pytest.mark.long

SLOW_STREAM = Misbehaviour(deltas=20, delay_ms=50)


class Crew:
    """A gateway of several workers, before one simulator."""

    def __init__(self, served: Served, simulator: Simulator, policies: PolicyFolder) -> None:
        self.served = served
        self.simulator = simulator
        self.policies = policies

    @property
    def pids(self) -> set[int]:
        """The workers' processes."""
        parent = self.served.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return {int(child) for child in children}

    async def stream(self) -> bool:
        """Ask for a stream on a connection of its own; return whether it came to its proper end."""
        try:
            return (await self.served.ask(a_chat(stream=True))).is_whole
        except (EOFError, ConnectionError):
            return False

    async def metric(self, name: str) -> float:
        """Return the sum of one metric over all its labels."""
        answer: Answer = await self.served.ask(b"", path="/metrics", method="GET", key=None)
        lines = answer.body.decode().splitlines()
        return sum(
            float(line.rpartition(" ")[2]) for line in lines if line.split("{")[0].split(" ")[0] == name
        )

    async def until(self, condition: Callable[[], Awaitable[bool]], seconds: float = 20.0) -> None:
        """Return once an awaited condition holds."""
        async with asyncio.timeout(seconds):
            while not await condition():  # noqa: ASYNC110 - another process tells of no change
                await asyncio.sleep(0.05)


@asynccontextmanager
async def a_crew(folder: Path, redis: RedisServer, workers: int) -> AsyncIterator[Crew]:
    """Serve with so many workers until the block ends."""
    async with Simulator() as simulator:
        policies = PolicyFolder(folder / "policies", [simulator.base_url])
        policies.write()
        environ = a_process_environ(
            folder,
            GATEWAY_POLICIES=str(policies.folder),
            GATEWAY_REDIS_URL=redis.url,
            GATEWAY_WORKERS=str(workers),
            GATEWAY_DRAIN_SECONDS="10",
        )
        async with starting(environ, folder) as served:
            await served.until_event("worker.serving")
            yield Crew(served, simulator, policies)
            served.signal(signal.SIGTERM)
            assert 0 == await served.ended()


async def test_a_killed_worker_costs_its_own_streams_alone(tmp_path: Path, redis_server: RedisServer) -> None:
    """
    The streams of the others end properly, and the dead one's place is taken at once.
    """
    async with a_crew(tmp_path, redis_server, 3) as crew:
        crew.simulator.next(*[SLOW_STREAM] * 60)
        streams = [asyncio.ensure_future(crew.stream()) for _ in range(60)]
        await crew.simulator.until(lambda: crew.simulator.totals.started == 60)
        before = crew.pids

        os.kill(min(before), signal.SIGKILL)
        ended = await asyncio.gather(*streams)
        later = [await crew.stream() for _ in range(10)]

        async def is_complete() -> bool:
            return await crew.metric("gateway_workers") == 3

        await crew.until(is_complete)
        starts = await crew.metric("gateway_worker_starts_total")

    # The kernel dealt them out: about a third each, and never all to one.
    assert 25 <= sum(ended) < 60
    assert all(later)
    assert 4 == starts


async def test_no_request_fails_while_all_workers_are_replaced(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    """
    SIGUSR2 exchanges every process; callers who connect meanwhile notice nothing, and nothing is uncounted.
    """
    async with a_crew(tmp_path, redis_server, 2) as crew:
        before = crew.pids
        answers: list[int] = []
        crew.served.signal(signal.SIGUSR2)
        while "2 workers were replaced" not in crew.served.told:
            batch = [crew.served.ask(a_chat()) for _ in range(10)]
            answers += [answer.status for answer in await asyncio.gather(*batch)]
        after = crew.pids
        counted = await crew.metric("gateway_requests_total")

    assert {200} == set(answers)
    assert not before & after
    assert len(answers) == counted


async def test_an_order_to_replace_them_ends_no_worker_that_it_reaches(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    """
    SIGUSR2 to a whole service, as `systemctl kill` sends it, is heeded by the first process alone.
    """
    async with a_crew(tmp_path, redis_server, 2) as crew:
        before = crew.pids
        for pid in before:
            os.kill(pid, signal.SIGUSR2)
        answers = [await crew.served.ask(a_chat()) for _ in range(20)]
        after = crew.pids

    assert {200} == {answer.status for answer in answers}
    assert before == after


async def test_new_policies_reach_every_worker(tmp_path: Path, redis_server: RedisServer) -> None:
    """
    After SIGHUP no worker answers under the old ones.
    """
    async with a_crew(tmp_path, redis_server, 2) as crew:
        crew.policies.model["aliases"] = ["a-new-name"]
        crew.policies.write()
        crew.served.signal(signal.SIGHUP)

        async def is_known_to_all() -> bool:
            asked = [crew.served.ask(a_chat(model="a-new-name")) for _ in range(20)]
            return {200} == {answer.status for answer in await asyncio.gather(*asked)}

        await crew.until(is_known_to_all)


async def test_running_streams_finish_when_the_service_stops(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    """
    SIGTERM to the supervisor is SIGTERM to all, and every exchange has its line. Who comes meanwhile is
    refused a connection, and not kept waiting for the end.
    """
    async with a_crew(tmp_path, redis_server, 2) as crew:
        crew.simulator.next(SLOW_STREAM, SLOW_STREAM, SLOW_STREAM)
        callers = [await crew.served.call() for _ in range(3)]
        for caller in callers:
            caller.say(a_request(a_chat(stream=True)))
        listening = [await listen(caller) for caller in callers]

        crew.served.signal(signal.SIGTERM)
        await crew.served.until_refusing()
        running = crew.simulator.totals.running
        answers = [await one.rest() for one in listening]
        for caller in callers:
            caller.leave()
        served = crew.served

    assert 3 == running
    assert [True] * 3 == [answer.is_whole for answer in answers]
    assert ["finished"] * 3 == [line["ending"] for line in served.access_log]


async def test_a_worker_that_cannot_be_replaced_keeps_nobody_waiting(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    """
    While policies are refused, the living one is dealt all callers; once they are mended, both are.
    """
    async with a_crew(tmp_path, redis_server, 2) as crew:
        before = crew.pids
        broken = crew.policies.folder / "broken.yaml"
        broken.write_text("no: such document\n", encoding="utf-8")
        os.kill(min(before), signal.SIGKILL)
        await crew.served.until_told("the next one starts in")
        answers = await asyncio.gather(*[crew.served.ask(a_chat()) for _ in range(100)])
        broken.unlink()

        async def is_complete() -> bool:
            return await crew.metric("gateway_workers") == 2

        await crew.until(is_complete, 60.0)
        later = await asyncio.gather(*[crew.served.ask(a_chat()) for _ in range(100)])

    assert {200} == {answer.status for answer in answers + later}
