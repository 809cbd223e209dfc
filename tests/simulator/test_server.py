"""Facts about the simulator as a whole."""

import asyncio
import socket

import httpx2
import orjson
import pytest

from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.records import SimulatedEnding
from gateway.simulator.server import Simulator
from gateway.simulator.settings import SimulatorSettings
from tests.simulator.raw_caller import a_body, dialled, request_bytes, say

_CHAT = "/chat/completions"


async def test_a_simulator_listens_only_while_it_runs() -> None:
    """
    Leaving the block cuts what runs and frees the port.
    """
    async with Simulator() as simulator, dialled(simulator) as (reader, writer):
        writer.write(request_bytes(a_body("[[sim:stall_after=0]]", stream=True)))
        await simulator.until(lambda: simulator.totals.running == 1)
        await simulator.stop()
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await reader.readuntil(b"never")

    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", simulator.port)


async def test_connections_can_be_refused_for_a_while(
    simulator: Simulator, client: httpx2.AsyncClient
) -> None:
    """
    A closed socket refuses newcomers, lets those in talk on, and opens at the same address.
    """
    await client.get("/models")

    simulator.refuse_connections()
    with pytest.raises(ConnectionRefusedError):
        await say(simulator, a_body())
    inside = await client.get("/models")
    await simulator.accept_connections()

    assert 200 == inside.status_code
    assert (await say(simulator, a_body())).startswith(b"HTTP/1.1 200")


async def test_nobody_else_is_given_the_port_meanwhile(simulator: Simulator) -> None:
    """
    Whoever tries the one that refuses must not meet another.
    """
    simulator.refuse_connections()

    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", simulator.port))


async def test_a_request_can_shut_the_door(simulator: Simulator) -> None:
    """
    With `refuse` the connection is reset and newcomers are refused until the time is over.
    """
    with pytest.raises(ConnectionResetError):
        await say(simulator, a_body("[[sim:refuse=0.02]]"))
    with pytest.raises(ConnectionRefusedError):
        await say(simulator, a_body())
    await simulator.until(lambda: simulator.is_accepting)
    heard = await say(simulator, a_body())

    assert heard.startswith(b"HTTP/1.1 200")


async def test_a_default_holds_for_all(simulator: Simulator, client: httpx2.AsyncClient) -> None:
    """
    What is scripted for always lasts until a reset.
    """
    simulator.always(Misbehaviour(status=503))
    scripted = [(await client.post(_CHAT, json=a_body())).status_code for _ in range(2)]
    simulator.reset()

    assert ([503, 503], 200) == (scripted, (await client.post(_CHAT, json=a_body())).status_code)


async def test_it_keeps_what_it_was_sent(simulator: Simulator, client: httpx2.AsyncClient) -> None:
    """
    A test can ask for the body and the headers as they came.
    """
    await client.post(_CHAT, json=a_body("exactly this"), headers={"X-Thing": "1"})

    (exchange,) = simulator.records

    assert a_body("exactly this") == exchange.request
    assert ("1", "POST", _CHAT) == (exchange.headers["x-thing"], exchange.method, exchange.path)
    assert 1 == simulator.open_connections


async def test_idle_connections_can_be_cut(simulator: Simulator) -> None:
    """
    A pooled connection can be taken away from a client.
    """
    async with dialled(simulator) as (reader, writer):
        writer.write(request_bytes(a_body()))
        await simulator.until(lambda: simulator.totals.ended[SimulatedEnding.FINISHED] == 1)
        simulator.cut_connections()
        heard = await reader.read(-1)

    assert heard.startswith(b"HTTP/1.1 200")


async def test_an_ipv6_address_stands_in_brackets() -> None:
    """
    The base URL of ::1 can be used as it is.
    """
    settings = SimulatorSettings(host="::1")
    async with Simulator(settings) as simulator, httpx2.AsyncClient(trust_env=False) as client:
        answer = await client.get(simulator.base_url + "/models")

    assert simulator.base_url.startswith("http://[::1]:")
    assert 200 == answer.status_code


@pytest.mark.slow
async def test_a_thousand_streams_at_once_are_all_whole() -> None:
    """
    None of a thousand concurrent streams is lost, mixed up or short.
    """
    async with Simulator(SimulatorSettings(echo=True, delay_ms=1)) as simulator:
        heard = await asyncio.gather(
            *(say(simulator, a_body(f"stream {number} of many", stream=True)) for number in range(1000))
        )
        ended = dict(simulator.totals.ended)

    assert [f"stream {number} of many" for number in range(1000)] == list(map(_spoken, heard))
    assert {
        SimulatedEnding.FINISHED: 1000,
        SimulatedEnding.CALLER_LEFT: 0,
        SimulatedEnding.BROKEN_OFF: 0,
    } == ended


def _spoken(heard: bytes) -> str:
    lines = [line.removeprefix(b"data: ") for line in heard.split(b"\n") if line.startswith(b"data: {")]
    return "".join(orjson.loads(line)["choices"][0]["delta"]["content"] or "" for line in lines)
