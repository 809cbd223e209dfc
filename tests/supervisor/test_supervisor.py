"""Several workers are one service, whatever happens to each of them."""

import asyncio
import os
import signal

import pytest

from gateway.foundation.listening import open_shared
from gateway.supervisor.supervisor import Supervisor
from gateway.telemetry.tenant_names import TenantNames
from tests.fakes.house import until
from tests.supervisor.crew import ALIVE, ANSWERED, a_crew, pretending

pytestmark = pytest.mark.slow


async def test_every_worker_serves_at_the_one_address() -> None:
    """
    Connections are spread over all of them, and what the first one has to say is told once.
    """
    async with a_crew(2) as crew:
        await crew.until_told("2 workers serve")
        pids = {await crew.call() for _ in range(40)}
        running = {worker.pid for worker in crew.supervisor.workers}

    assert running == pids
    assert 1 == sum("welcomes you" in told for told in crew.told)
    assert ["paste this"] == crew.shown


async def test_that_all_of_them_stop_is_told_once() -> None:
    """
    In the words of a gateway that is one process.
    """
    async with a_crew(2) as crew:
        await crew.until_told("2 workers serve")
        crew.supervisor.stop()
        await crew.running

    assert ["stopping: running exchanges may finish"] == [told for told in crew.told if "stopping" in told]


async def test_a_killed_worker_is_replaced_and_its_sockets_wait() -> None:
    """
    Nobody is refused meanwhile: who connects is served by the next worker.
    """
    async with a_crew(1) as crew:
        await crew.until_told("1 workers serve")
        (old,) = [worker.pid for worker in crew.supervisor.workers]
        os.kill(old, signal.SIGKILL)
        new = await crew.call()
        starts, deaths = [await crew.value(f"gateway_worker_{what}_total") for what in ("starts", "deaths")]

    assert new != old
    assert (2, 1) == (starts, deaths)
    assert any("ended with -9; the next one starts now" in told for told in crew.told)


async def test_a_worker_that_is_stuck_is_replaced() -> None:
    """
    It lives and holds its socket, but answers no more: who waited is served by the next one.
    """
    async with a_crew(1, ask_seconds=0.2) as crew:
        await crew.until_told("1 workers serve")
        stuck = await crew.call()
        os.kill(stuck, signal.SIGSTOP)
        await crew.until_told("is stuck and is killed")
        other = await crew.call()

    assert other not in (0, stuck)


async def test_a_worker_that_answers_is_left_alone() -> None:
    """
    However long it runs.
    """
    async with a_crew(1, ask_seconds=0.2) as crew:
        await crew.until_told("1 workers serve")
        (worker,) = crew.supervisor.workers
        asked = 0

        def was_asked_often() -> bool:
            nonlocal asked
            asked += worker.unanswered > 0
            return asked > 3

        await until(was_asked_often)

        assert [worker] == crew.supervisor.workers
        assert not worker.has_ended


async def test_a_stop_during_the_start_waits_for_nobody_to_become_ready() -> None:
    """
    A first worker that waits for something that is away is ended, and that is no failed start.
    """
    async with a_crew(1, "hang") as crew:
        await until(lambda: bool(crew.supervisor.workers))
        crew.supervisor.stop()
        was_asked_for = await asyncio.wait_for(crew.running, 20)

    assert was_asked_for
    assert not any("did not stop in time" in told for told in crew.told)


async def test_a_hangup_during_the_start_comes_when_the_worker_is_ready() -> None:
    """
    Before that it would end a worker (as it does these pretend ones), and a reload be a failed start.
    """
    async with a_crew(1) as crew:
        await until(lambda: bool(crew.supervisor.workers))
        crew.supervisor.hang_up()
        await crew.until_told("1 workers serve")
        await crew.until_told("ended with -1")

    assert any("welcomes you" in told for told in crew.told)


async def test_a_worker_has_the_others_reload_and_not_itself() -> None:
    """
    By SIGHUP, which ends these pretend ones.
    """
    async with a_crew(2) as crew:
        await crew.until_told("2 workers serve")
        one, other = crew.supervisor.workers
        one._hear({"kind": "reload"})
        code = await other.until_ended(20)
        is_there = not one.has_ended

    assert (-1, True) == (code, is_there)


async def test_workers_are_replaced_without_a_refused_connection() -> None:
    """
    While callers keep coming, every process is exchanged, and each call is answered.
    """
    async with a_crew(2) as crew:
        await crew.until_told("2 workers serve")
        before = {worker.pid for worker in crew.supervisor.workers}
        replacing = asyncio.ensure_future(crew.supervisor.replace_all())
        answers = []
        while not replacing.done():
            answers.append(await crew.call())
        await replacing
        after = {worker.pid for worker in crew.supervisor.workers}

    assert not before & after
    assert set(answers) <= before | after
    assert "2 workers were replaced" in crew.told


async def test_the_account_is_that_of_all_and_forgets_no_one() -> None:
    """
    What workers counted before they were replaced still counts; only the living are alive.
    """
    async with a_crew(2) as crew:
        await crew.until_told("2 workers serve")
        for _ in range(10):
            await crew.call()
        await crew.supervisor.replace_all()
        for _ in range(5):
            await crew.call()
        answered = await crew.value(ANSWERED)
        living = [await crew.value(name) for name in (ALIVE, "gateway_workers", "gateway_workers_wanted")]
        deaths = await crew.value("gateway_worker_deaths_total")

    assert 15 == answered
    assert ([2, 2, 2], 0) == (living, deaths)


async def test_a_first_worker_that_cannot_start_is_the_end() -> None:
    """
    Its own words stand on standard error already; nothing is tried again and again.
    """
    sockets = open_shared("127.0.0.1", 0, 2)
    supervisor = Supervisor(
        [[one] for one in sockets],
        lambda _: None,
        lambda _: None,
        stop_seconds=1.0,
        names=TenantNames(9),
        command=pretending("die"),
    )

    started = await asyncio.wait_for(supervisor.run(), 20)
    for one in sockets:
        one.close()

    assert not started


async def test_a_worker_that_does_not_stop_is_killed() -> None:
    """
    Its time to finish is bounded.
    """
    async with a_crew(1, "deaf", stop_seconds=0.2) as crew:
        await crew.until_told("1 workers serve")

    assert "worker 0 did not stop in time and is killed" in crew.told


async def test_when_the_supervisor_is_gone_its_workers_end() -> None:
    """
    The line ends with the process that held it, and no worker is left behind.
    """
    async with a_crew(1) as crew:
        await crew.until_told("1 workers serve")
        (worker,) = crew.supervisor.workers
        worker._line.close()
        ended = await worker.until_ended(5.0)

    assert 0 == ended
