"""Facts about connections, seen from the other end of a real socket."""

import asyncio
from collections.abc import AsyncIterator

import orjson
import pytest

from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.records import SimulatedEnding
from gateway.simulator.server import Simulator
from tests.simulator.raw_caller import a_body, dialled, request_bytes, say


async def test_answers_come_in_the_order_of_pipelined_requests(simulator: Simulator) -> None:
    """
    Requests that were sent ahead wait for their turn, on one connection.
    """
    requests = [request_bytes(a_body(f"[[sim:echo,delay_ms=1]]number {n}")) for n in range(3)]
    last = request_bytes(a_body("[[sim:echo]]number 3"), extra="connection: close\r\n")

    async with dialled(simulator) as (reader, writer):
        writer.write(b"".join(requests) + last)
        heard = await reader.read(-1)

    assert [heard.index(b'"content":"number %d"' % n) for n in range(4)] == sorted(
        heard.index(b'"content":"number %d"' % n) for n in range(4)
    )
    assert [1, 1, 1, 1] == [exchange.connection for exchange in simulator.records]


async def test_a_request_may_come_byte_by_byte(simulator: Simulator) -> None:
    """
    How a request is cut into packets makes no difference.
    """
    async with dialled(simulator) as (reader, writer):
        for byte in request_bytes(a_body("[[sim:echo]]hi"), extra="connection: close\r\n"):
            writer.write(bytes((byte,)))
            await writer.drain()
        heard = await reader.read(-1)

    assert b'"content":"hi"' in heard


async def test_a_careful_caller_is_told_to_go_on(simulator: Simulator) -> None:
    """
    Who expects 100-continue gets it before the body is sent.
    """
    head, _, body = request_bytes(a_body(), extra="expect: 100-continue\r\nconnection: close\r\n").partition(
        b"{"
    )

    async with dialled(simulator) as (reader, writer):
        writer.write(head)
        interim = await reader.readuntil(b"\r\n\r\n")
        writer.write(b"{" + body)
        heard = await reader.read(-1)

    assert b"HTTP/1.1 100 Continue\r\n\r\n" == interim
    assert heard.startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET /models HTTP/1.1\r\nx: " + b"h" * 300_000 + b"\r\n\r\n", b"431"),
    ],
)
async def test_what_is_no_decent_request_is_turned_away(
    simulator: Simulator, request_head: bytes, status: bytes
) -> None:
    """
    What does not parse or is boundless gets a status, and the connection ends.
    """
    async with dialled(simulator) as (reader, writer):
        writer.write(request_head)
        heard = await reader.read(-1)

    assert heard.startswith(b"HTTP/1.1 " + status)


async def test_an_old_caller_gets_an_answer_without_chunks(simulator: Simulator) -> None:
    """
    HTTP/1.0 gets a stream that ends with the connection.
    """
    request = request_bytes(a_body("[[sim:text=yes]]", stream=True)).replace(b"HTTP/1.1", b"HTTP/1.0", 1)

    async with dialled(simulator) as (reader, writer):
        writer.write(request)
        heard = await reader.read(-1)

    assert b"transfer-encoding" not in heard
    assert heard.endswith(b"\n\ndata: [DONE]\n\n")


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("half", [True, False])
async def test_a_leaver_is_noticed_at_once(simulator: Simulator, stream: bool, half: bool) -> None:  # noqa: FBT001
    """
    A caller who goes, or closes only its sending half, stops what is generated.
    """
    async with dialled(simulator) as (_, writer):
        writer.write(request_bytes(a_body("[[sim:deltas=1000,delay_ms=3]]", stream=stream)))
        await simulator.until(lambda: bool(simulator.records) and simulator.records[0].completion_tokens > 2)
        if half:
            writer.write_eof()
        else:
            writer.transport.abort()
        exchange = await simulator.caller_left()

    assert SimulatedEnding.CALLER_LEFT is exchange.ending
    assert 2 < exchange.completion_tokens < 1000
    assert (exchange.deltas_sent > 0) is stream
    assert exchange.ended_at is not None


@pytest.mark.parametrize(
    "behaviour", [Misbehaviour(slow_head=60), Misbehaviour(queued=60), Misbehaviour(stall_after=1)]
)
@pytest.mark.parametrize("stream", [True, False])
async def test_a_leaver_is_noticed_while_nothing_is_sent(
    simulator: Simulator,
    behaviour: Misbehaviour,
    stream: bool,  # noqa: FBT001
) -> None:
    """
    Before the head, in the queue and in a stall the caller may leave as well.
    """
    simulator.next(behaviour)
    async with dialled(simulator) as (_, writer):
        writer.write(request_bytes(a_body(stream=stream)))
        await simulator.until(lambda: simulator.totals.running == 1)

    exchange = await simulator.caller_left()

    assert exchange.caller_left


async def test_a_second_request_does_not_hide_a_leaver(simulator: Simulator) -> None:
    """
    Even with another request already waiting, leaving is noticed, and the other one is not begun.
    """
    async with dialled(simulator) as (_, writer):
        writer.write(request_bytes(a_body("[[sim:stall_after=0]]", stream=True)) * 2)
        await simulator.until(lambda: simulator.totals.running == 1)

    await simulator.caller_left()

    assert 1 == simulator.totals.started


async def test_a_caller_who_stops_reading_stops_the_generation(simulator: Simulator) -> None:
    """
    What nobody reads is not generated: the simulator buffers little.
    """
    huge = a_body("[[sim:deltas=100000,delta_size=1000]]", stream=True)
    async with dialled(simulator) as (reader, writer):
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(request_bytes(huge))
        await simulator.until(lambda: bool(simulator.records) and simulator.records[0].deltas_sent > 0)
        held = simulator.records[0].deltas_sent
        assert reader is not None

    exchange = await simulator.caller_left()

    assert 0 < held < 50_000
    assert held == exchange.deltas_sent


async def test_a_cut_in_mid_chunk_is_no_end(simulator: Simulator) -> None:
    """
    The size of the last chunk promises more than comes.
    """
    heard = await say(simulator, a_body("[[sim:cut_after=2,deltas=9]]", stream=True))

    *_, size, rest = heard.split(b"\r\n")
    assert 0 < len(rest) < int(size, 16)
    assert SimulatedEnding.BROKEN_OFF is simulator.records[0].ending
    assert 2 == simulator.records[0].deltas_sent


async def test_a_reset_is_a_reset(simulator: Simulator) -> None:
    """
    What was sent before arrives, then the connection fails.
    """
    async with dialled(simulator) as (reader, writer):
        writer.write(request_bytes(a_body("[[sim:cut_after=1,cut=reset,deltas=9]]", stream=True)))
        await reader.readuntil(b'{"content":" w0"}')
        with pytest.raises(ConnectionResetError):
            await reader.read(-1)


async def test_raw_bytes_are_sent_as_they_are(simulator: Simulator) -> None:
    """
    A script may say anything in the place of HTTP.
    """
    simulator.next(Misbehaviour(raw="\x00\xff no HTTP"))

    assert b"\x00\xff no HTTP" == await say(simulator, a_body())


async def test_a_drip_comes_byte_by_byte(simulator: Simulator) -> None:
    """
    Dripping takes many packets, and the answer is the same in the end.
    """
    async with dialled(simulator) as (reader, writer):
        writer.write(request_bytes(a_body("[[sim:drip=0.0001,text=ok]]"), extra="connection: close\r\n"))
        pieces = [piece async for piece in _pieces(reader)]

    assert len(pieces) > 10
    assert (
        "ok" == orjson.loads(b"".join(pieces).partition(b"\r\n\r\n")[2])["choices"][0]["message"]["content"]
    )


async def test_a_connection_can_hang_up_unannounced(simulator: Simulator) -> None:
    """
    The answer promised to keep the connection, and it is closed all the same.
    """
    heard = await say(simulator, a_body("[[sim:hang_up]]"), extra="")

    assert b"connection: keep-alive" in heard
    assert SimulatedEnding.FINISHED is simulator.records[0].ending


async def _pieces(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while piece := await reader.read(65536):
        yield piece
