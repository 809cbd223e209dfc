"""Thousands leave, and leave nothing behind; fifty read on while the process stops, and none is forgotten."""

import asyncio
import os
import signal
from collections import Counter
from pathlib import Path

import pytest

from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.server import Simulator
from tests.fakes.house import PolicyFolder, a_chat, a_request, listen, until
from tests.fakes.processes import descriptors_of
from tests.journeys.serving import Served, serving

pytestmark = pytest.mark.long

SETTLING_SECONDS = 2.0
LEAVERS, WHOLES, WARMING = 3000, 3000, 1500
MOST_GROWTH = 1.1


async def test_thousands_of_leavers_leave_no_memory_and_no_descriptor(tmp_path: Path) -> None:
    """
    After 3,000 aborted streams and 3,000 whole calls a process is as large as after its first hundreds.
    """
    async with Simulator() as simulator:
        simulator.always(Misbehaviour(deltas=200, stall_after=100))
        async with serving(tmp_path, GATEWAY_POLICIES=_policies(tmp_path, simulator)) as served:
            await _abuse(served, WARMING)
            before = await _size_of(served, simulator)
            await _abuse(served, LEAVERS)
            after = await _size_of(served, simulator)
            served.signal(signal.SIGTERM)
            code = await served.ended()

    assert after[0] <= before[0] * MOST_GROWTH
    assert before[1] == after[1]
    assert 0 == code
    assert "fault" not in served.told
    endings = Counter(record["ending"] for record in served.records)
    assert {"caller_left": WARMING + LEAVERS, "finished": WARMING + WHOLES} == endings


def _policies(folder: Path, simulator: Simulator) -> str:
    policies = PolicyFolder(folder / "policies", [simulator.base_url])
    policies.write()
    return str(policies.folder)


async def _abuse(served: Served, count: int) -> None:
    """Leave so many streams in the middle, and make as many whole calls."""
    places = asyncio.Semaphore(50)

    async def leave(number: int) -> None:
        async with places, await served.call() as caller:
            caller.say(a_request(a_chat(stream=True)))
            await (await listen(caller)).piece()
            caller.reset() if number % 2 else caller.leave()

    async def ask() -> None:
        async with places:
            answer = await served.ask(a_chat('[[sim:{"stall_after": null}]]'))
            assert 200 == answer.status

    await asyncio.gather(*(leave(number) for number in range(count)), *(ask() for _ in range(count)))


async def _size_of(served: Served, simulator: Simulator) -> tuple[int, int]:
    """Return resident KiB and open descriptors of the process, its idle connections gone."""
    await simulator.until(lambda: simulator.totals.running == 0, SETTLING_SECONDS)
    simulator.cut_connections()
    process = Path("/proc") / str(served._process.pid)
    await until(lambda: _sockets_of(process) == 1)
    (resident,) = [
        line.split()[1] for line in (process / "status").read_text().splitlines() if line.startswith("VmRSS:")
    ]
    return int(resident), descriptors_of(served._process.pid)


def _sockets_of(process: Path) -> int:
    """Return how many internet sockets the process has open."""
    # What is closed while we look is no link any more.
    own = {os.path.realpath(link).rpartition("/")[2] for link in (process / "fd").iterdir()}
    rows = (process / "net" / "tcp").read_text().splitlines()[1:]
    return sum(f"socket:[{row.split()[9]}]" in own for row in rows)


READERS = 50


async def test_a_crowd_of_streams_is_drained(tmp_path: Path) -> None:
    """
    On SIGTERM fifty streams end whole or with the typed event and a cut body; each has its record.
    """
    async with Simulator() as simulator:
        policies = _policies(tmp_path, simulator)
        async with serving(tmp_path, GATEWAY_POLICIES=policies, GATEWAY_DRAIN_SECONDS="1") as served:
            simulator.next(
                *(
                    Misbehaviour(deltas=6, stall_after=3, stall=0.5 if number % 2 else None)
                    for number in range(READERS)
                )
            )
            callers = [await served.call() for _ in range(READERS)]
            for caller in callers:
                caller.say(a_request(a_chat(stream=True)))
            streams = [await listen(caller) for caller in callers]

            served.signal(signal.SIGTERM)
            answers = await asyncio.gather(*(stream.rest() for stream in streams))
            code = await served.ended()
            await simulator.until(lambda: simulator.totals.running == 0)
            for caller in callers:
                caller.leave()

    whole = [answer for answer in answers if answer.is_whole]
    cut = [answer for answer in answers if not answer.is_whole]
    assert 0 == code
    assert (READERS // 2, READERS // 2) == (len(whole), len(cut))
    assert {b"data: [DONE]\n\n"} == {answer.events[-1] for answer in whole}
    assert {"shutting_down"} == {answer.error["code"] for answer in cut}
    for lines in (served.records, served.access_log):
        assert {"finished": READERS // 2, "refused": READERS // 2} == Counter(
            line["ending"] for line in lines
        )
    assert "fault" not in served.told
