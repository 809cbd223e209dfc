"""Chat under an ordinary ASGI server: stock uvicorn, real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from gateway.edge.plain_server import PlainDoorway, PlainReply
from gateway.edge.request_body import BodyIncomplete, BodyTooLarge
from gateway.edge.server import Listener
from gateway.foundation.listening import open_listening
from gateway.upstreams.transport import TransportBroke
from gateway.vocabulary.ending import Ending
from tests.fakes.builders import DONE_EVENT, WHOLE_ANSWER, delta_event
from tests.fakes.open_door import Caller
from tests.fakes.small_house import BODY_LIMIT_BYTES, KEY, SmallHouse, a_chat_body, a_scope
from tests.fakes.upstream_side import SILENCE, ScriptedReply, ScriptedTransport


@asynccontextmanager
async def serving(*steps: Any) -> AsyncIterator[tuple[SmallHouse, Caller]]:
    """Serve one chat upstream answer under stock uvicorn to one caller."""
    house = SmallHouse(ScriptedTransport(ScriptedReply(*steps)))
    config = uvicorn.Config(
        house.endpoint, http="httptools", ws="none", lifespan="off", log_config=None, loop="none"
    )
    listener = Listener(config, open_listening("127.0.0.1", 0))
    await listener.start()
    reader, writer = await asyncio.open_connection(*listener.address)
    try:
        async with Caller(reader, writer) as caller:
            yield house, caller
    finally:
        await listener.refuse()
        await listener.close()


def a_request(body: bytes, *, length: int | None = None) -> bytes:
    return (
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer %b\r\n"
        b"content-length: %d\r\n\r\n%b" % (KEY.encode(), len(body) if length is None else length, body)
    )


@pytest.mark.slow
async def test_a_whole_answer_is_served() -> None:
    """
    Status, length and body are as under our own connection.
    """
    async with serving(WHOLE_ANSWER) as (house, caller):
        caller.say(a_request(a_chat_body()))
        head, body = await caller.hear_answer()

    assert head.startswith(b"HTTP/1.1 200")
    assert WHOLE_ANSWER == body
    assert Ending.FINISHED == house.outcome.ending


@pytest.mark.slow
async def test_a_stream_is_served() -> None:
    """
    Every event in a chunk, and a proper end.
    """
    async with serving(delta_event("one"), delta_event("two"), DONE_EVENT) as (house, caller):
        caller.say(a_request(a_chat_body(stream=True)))
        _, body = await caller.hear_answer()

    assert [delta_event("one"), delta_event("two"), DONE_EVENT] == body.split(b"\r\n")[1:-2:2]
    assert Ending.FINISHED == house.outcome.ending


@pytest.mark.slow
async def test_a_leaver_is_noticed(caplog: pytest.LogCaptureFixture) -> None:
    """
    A task watches for the disconnect, cancels the exchange, and the server has nothing to complain of.
    """
    async with serving(delta_event("one"), SILENCE) as (house, caller):
        caller.say(a_request(a_chat_body(stream=True)))
        await caller.hear_until(delta_event("one"))
        caller.leave()
        await asyncio.wait_for(house.listener.has_heard.wait(), 5)

    assert Ending.CALLER_LEFT == house.outcome.ending
    assert [] == caplog.records


@pytest.mark.slow
async def test_a_leaver_in_the_body_has_left() -> None:
    """
    Half a body and a disconnect is no bad request.
    """
    async with serving() as (house, caller):
        caller.say(a_request(b'{"model"', length=500))
        await asyncio.sleep(0)
        caller.leave()
        await asyncio.wait_for(house.listener.has_heard.wait(), 5)

    assert Ending.CALLER_LEFT == house.outcome.ending


@pytest.mark.slow
async def test_a_broken_stream_has_no_end() -> None:
    """
    The typed event comes, the last chunk never does.
    """
    async with serving(delta_event("one"), TransportBroke("cut", answered=True)) as (house, caller):
        caller.say(a_request(a_chat_body(stream=True)))
        heard = await caller.hear_all()

    assert b"upstream_broke" in heard
    assert not heard.endswith(b"0\r\n\r\n")
    assert Ending.UPSTREAM_BROKE == house.outcome.ending


@pytest.mark.slow
async def test_a_body_over_the_limit_is_refused() -> None:
    """
    413, in OpenAI's shape.
    """
    async with serving() as (house, caller):
        caller.say(a_request(a_chat_body(padding="x" * BODY_LIMIT_BYTES)))
        head, body = await caller.hear_answer()

    assert head.startswith(b"HTTP/1.1 413")
    assert b"body_too_large" in body
    assert "body_too_large" == house.outcome.code


class Server:
    """What an ASGI server gives an app."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self.sent: list[Any] = []
        self._messages = list(messages)

    async def receive(self) -> Any:
        """Give the next message, or wait for ever."""
        if not self._messages:
            await asyncio.get_running_loop().create_future()
        return self._messages.pop(0)

    async def send(self, message: Any) -> None:
        """Keep a message."""
        self.sent.append(message)


async def test_a_body_in_parts_is_read_whole() -> None:
    """
    Parts are joined, up to and with the limit.
    """
    server = Server(
        {"type": "http.request", "body": b"one ", "more_body": True},
        {"type": "http.request", "more_body": True},
        {"type": "http.request", "body": b"two"},
    )
    doorway = PlainDoorway(a_scope(), server.receive, server.send)

    body = await doorway.read(7)
    await doorway.close()

    assert b"one two" == body


async def test_a_body_is_read_no_further_than_its_limit() -> None:
    """
    The first byte beyond it refuses the body.
    """
    server = Server({"type": "http.request", "body": b"12345678", "more_body": True})

    with pytest.raises(BodyTooLarge):
        await PlainDoorway(a_scope(), server.receive, server.send).read(7)


async def test_a_disconnect_in_the_body_tells_that_the_caller_left() -> None:
    """
    Whoever asked to be told is told, before the reader fails.
    """
    gone: list[bool] = []
    server = Server({"type": "http.request", "body": b"half", "more_body": True}, {"type": "http.disconnect"})
    doorway = PlainDoorway(a_scope(), server.receive, server.send)
    doorway.on_gone(lambda: gone.append(True))

    with pytest.raises(BodyIncomplete):
        await doorway.read(100)

    assert [True] == gone


async def test_the_head_leaves_with_the_first_write() -> None:
    """
    `begin` alone sends nothing, and the head is sent once.
    """
    server = Server()
    reply = PlainReply(server.send)

    reply.begin(200, [(b"a", b"b")])
    before = list(server.sent)
    await reply.write(b"one")
    await reply.write(b"two")

    assert [] == before
    assert ["http.response.start", "http.response.body", "http.response.body"] == [
        message["type"] for message in server.sent
    ]


async def test_nothing_is_sent_without_waiting() -> None:
    """
    ASGI's `send` has to be awaited, so `send_now` leaves everything to `write`.
    """
    server = Server()
    reply = PlainReply(server.send)
    reply.begin(200, [])

    assert not reply.send_now(b"one")
    assert [] == server.sent


async def test_an_end_is_sent_by_the_flush() -> None:
    """
    `end` may not wait, so the last piece leaves when the doorway closes.
    """
    server = Server()
    reply = PlainReply(server.send)
    reply.begin(200, [])
    reply.end(b"all")

    await reply.flush()

    assert {"type": "http.response.body", "body": b"all", "more_body": False} == server.sent[-1]


async def test_an_abort_raises_so_that_the_server_cuts() -> None:
    """
    ASGI knows no other way to end a body improperly.
    """
    server = Server()
    reply = PlainReply(server.send)
    reply.begin(200, [])
    await reply.write(b"half")
    reply.abort()

    with pytest.raises(ConnectionAbortedError):
        await reply.flush()

    assert all(message.get("more_body", True) for message in server.sent)
