"""SIGTERM: running exchanges finish or end with a typed event, and nothing is lost."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.server import Simulator
from tests.fakes.house import PolicyFolder, a_chat, a_request, listen, until
from tests.journeys.serving import Served, serving

pytestmark = pytest.mark.slow

RUNNING = Misbehaviour(deltas=6, stall_after=3, stall=0.5)
ENDLESS = Misbehaviour(deltas=6, stall_after=3)


@pytest.fixture
def policies(tmp_path: Path) -> Callable[[Simulator], str]:
    """Write policies before this simulator and say where."""

    def write(simulator: Simulator) -> str:
        folder = PolicyFolder(tmp_path / "policies", [simulator.base_url])
        folder.write()
        return str(folder.folder)

    return write


async def test_running_exchanges_finish_after_sigterm(
    tmp_path: Path, policies: Callable[[Simulator], str]
) -> None:
    """
    The stream goes on to its proper end, the process ends with 0, and both logs have the exchange.
    """
    async with (
        Simulator() as simulator,
        serving(tmp_path, GATEWAY_POLICIES=policies(simulator), GATEWAY_DRAIN_SECONDS="10") as served,
        await served.call() as caller,
    ):
        simulator.next(RUNNING)
        caller.say(a_request(a_chat(stream=True)))
        listening = await listen(caller)
        await listening.piece()

        served.signal(signal.SIGTERM)
        answer = await listening.rest()
        code = await served.ended()

    assert answer.is_whole
    assert b"data: [DONE]\n\n" == answer.events[-1]
    assert 0 == code
    assert ["finished"] == [line["ending"] for line in served.access_log]
    assert ["finished"] == [record["ending"] for record in served.records]


async def test_what_cannot_finish_ends_with_a_typed_event(
    tmp_path: Path, policies: Callable[[Simulator], str]
) -> None:
    """
    After the time to drain: a typed error and a cut for who was reading, a 503 for who waited.
    """
    async with (
        Simulator() as simulator,
        serving(tmp_path, GATEWAY_POLICIES=policies(simulator), GATEWAY_DRAIN_SECONDS="0.3") as served,
        await served.call() as reader,
        await served.call() as waiter,
    ):
        simulator.next(ENDLESS)
        reader.say(a_request(a_chat(stream=True)))
        listening = await listen(reader)
        await listening.piece()
        simulator.next(Misbehaviour(slow_head=30))
        waiter.say(a_request(a_chat()))
        await simulator.until(lambda: simulator.totals.started == 2)

        served.signal(signal.SIGTERM)
        cut = await listening.rest()
        refused = await (await listen(waiter)).rest()
        code = await served.ended()
        await simulator.until(lambda: simulator.totals.running == 0)

    assert ("shutting_down", False) == (cut.error["code"], cut.is_whole)
    assert (503, "shutting_down") == (refused.status, refused.error["code"])
    assert "1" == refused.headers["retry-after"]
    assert 0 == code
    assert {"shutting_down"} == {line["code"] for line in served.access_log}
    assert {(200, "refused"), (503, "refused")} == {
        (record["status"], record["ending"]) for record in served.records
    }


async def test_a_second_sigterm_changes_nothing(tmp_path: Path, policies: Callable[[Simulator], str]) -> None:
    """
    An impatient operator does not cut the stream.
    """
    async with (
        Simulator() as simulator,
        serving(tmp_path, GATEWAY_POLICIES=policies(simulator), GATEWAY_DRAIN_SECONDS="10") as served,
        await served.call() as caller,
    ):
        simulator.next(RUNNING)
        caller.say(a_request(a_chat(stream=True)))
        listening = await listen(caller)
        await listening.piece()

        served.signal(signal.SIGTERM)
        await served.until_told("stopping")
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            served.signal(number)
        answer = await listening.rest()
        code = await served.ended()

    assert answer.is_whole
    assert 0 == code


async def test_before_it_stops_it_says_so_and_still_serves(
    tmp_path: Path, policies: Callable[[Simulator], str]
) -> None:
    """
    During the delay a balancer sees readyz fail while requests are still served, each as the last one of
    its connection; afterwards nobody gets in.
    """
    async with (
        Simulator() as simulator,
        serving(
            tmp_path,
            GATEWAY_POLICIES=policies(simulator),
            GATEWAY_DRAIN_DELAY_SECONDS="0.6",
            GATEWAY_DRAIN_SECONDS="10",
        ) as served,
    ):
        before = await _ready(served)
        served.signal(signal.SIGTERM)
        await served.until_told("stopping")

        during, alive = await _ready(served), await served.ask(b"", path="/healthz", method="GET")
        simulator.next(Misbehaviour(deltas=6, stall_after=3, stall=1.5))
        async with await served.call() as caller:
            caller.say(a_request(a_chat(stream=True)))
            listening = await listen(caller)
            await listening.piece()
            await served.until_refusing()
            answer = await listening.rest()
        code = await served.ended()

    assert (200, 503, 200) == (before, during, alive.status)
    assert "close" == alive.headers["connection"]
    assert answer.is_whole
    assert 0 == code


async def test_what_was_said_but_not_yet_sent_arrives(
    tmp_path: Path, policies: Callable[[Simulator], str]
) -> None:
    """
    A large whole answer is finished for the model, but its reader is slow: the stop waits for it.
    """
    async with (
        Simulator() as simulator,
        serving(tmp_path, GATEWAY_POLICIES=policies(simulator), GATEWAY_DRAIN_SECONDS="10") as served,
        await served.call() as caller,
    ):
        simulator.next(Misbehaviour(deltas=10_000, delta_size=1000))
        caller.writer.transport.pause_reading()  # type: ignore[attr-defined] # it is a socket's transport
        caller.say(a_request(a_chat()))
        await until(lambda: bool(served.access_log))

        served.signal(signal.SIGTERM)
        await served.until_told("stopping")
        await asyncio.sleep(0.3)
        caller.writer.transport.resume_reading()  # type: ignore[attr-defined] # it is a socket's transport
        answer = await (await listen(caller)).rest()
        code = await served.ended()

    assert 10_000_000 <= len(answer.document["choices"][0]["message"]["content"])
    assert 0 == code


async def test_a_reader_who_never_reads_does_not_hold_the_stop_for_ever(
    tmp_path: Path, policies: Callable[[Simulator], str]
) -> None:
    """
    When the time to drain is over, what it did not take is lost and the process ends.
    """
    async with (
        Simulator() as simulator,
        serving(tmp_path, GATEWAY_POLICIES=policies(simulator), GATEWAY_DRAIN_SECONDS="0.5") as served,
        await served.call() as caller,
    ):
        simulator.next(Misbehaviour(deltas=10_000, delta_size=1000))
        caller.writer.transport.pause_reading()  # type: ignore[attr-defined] # it is a socket's transport
        caller.say(a_request(a_chat()))
        await until(lambda: bool(served.access_log))

        served.signal(signal.SIGTERM)

        assert 0 == await served.ended()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_an_idle_gateway_stops_at_once(tmp_path: Path, number: signal.Signals) -> None:
    """
    Kept connections do not hold it; the exit code is 0.
    """
    async with serving(tmp_path, GATEWAY_DRAIN_SECONDS="60") as served, await served.call() as caller:
        caller.say(a_request(b"", path="/healthz", method="GET"))
        await (await listen(caller)).rest()

        served.signal(number)

        assert b"" == await caller.hear_all()
        assert 0 == await served.ended()


async def _ready(served: Served) -> int:
    return (await served.ask(b"", path="/readyz", method="GET")).status
