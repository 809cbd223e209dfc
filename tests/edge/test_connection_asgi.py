"""Ordinary ASGI apps, which know nothing of the extension, run on the connection too."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route

from gateway.edge.door_limits import DoorLimits
from tests.fakes.open_door import GET, open_door

CHUNKED = b"POST / HTTP/1.1\r\nHost: door\r\nTransfer-Encoding: chunked\r\n\r\n"


async def echo_app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Send back each part of the body as it comes."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    more = True
    while more:
        message = await receive()
        more = message["more_body"]
        await send({"type": "http.response.body", "body": message["body"], "more_body": more})


async def test_a_starlette_app_answers() -> None:
    """
    Routes, JSON bodies, 404 and HEAD work as under uvicorn's own protocol.
    """

    async def show(request: Request) -> JSONResponse:
        return JSONResponse({"sent": await request.json(), "query": dict(request.query_params)})

    async def page(request: Request) -> PlainTextResponse:
        return PlainTextResponse("hello")

    app: Any = Starlette(routes=[Route("/show", show, methods=["POST"]), Route("/page", page)])
    async with open_door(app) as door, await door.call() as caller:
        caller.say(b'POST /show?a=b HTTP/1.1\r\nHost: door\r\nContent-Length: 7\r\n\r\n{"c":1}')
        shown = await caller.hear_answer()
        caller.say(b"HEAD /page HTTP/1.1\r\nHost: door\r\n\r\n")
        head = await caller.hear_until(b"\r\n\r\n")
        caller.say(b"GET /none HTTP/1.1\r\nHost: door\r\n\r\n")
        missing = await caller.hear_answer()

        assert b'{"sent":{"c":1},"query":{"a":"b"}}' == shown[1]
        assert b"content-length: 5\r\n" in head
        assert missing[0].startswith(b"HTTP/1.1 404 Not Found\r\n")


async def test_a_request_body_streams_through_an_app() -> None:
    """
    Each part of the body can be answered before the next one is sent.
    """
    async with open_door(echo_app) as door, await door.call() as caller:
        caller.say(CHUNKED)
        for piece in (b"one", b"three"):
            caller.say(b"%x\r\n%b\r\n" % (len(piece), piece))
            heard = await caller.hear_until(piece + b"\r\n")
            assert heard.endswith(b"%x\r\n%b\r\n" % (len(piece), piece))
        caller.say(b"0\r\n\r\n")

        end = await caller.hear_until(b"0\r\n\r\n")

        assert b"0\r\n\r\n" == end


async def test_a_body_that_an_app_reads_slowly_is_held_back() -> None:
    """
    An app that takes its time is handed every byte, in order, with reading paused between.
    """
    body = bytes(range(256)) * 8192
    async with open_door(echo_app, DoorLimits(ahead_bytes=1000)) as door, await door.call() as caller:
        caller.say(b"POST / HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

        answer = await caller.hear_all()

        assert body == answer.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize("start", [GET, CHUNKED + b"3\r\none\r\n"])
async def test_an_app_is_told_of_a_leaver_and_not_cancelled(start: bytes) -> None:
    """
    `receive` says http.disconnect, `send` raises an OSError, and the task goes on.
    """
    seen: list[str] = []
    began, finished = asyncio.Event(), asyncio.Event()

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        began.set()
        while (message := await receive())["type"] != "http.disconnect":
            seen.append(message["type"])
        try:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        except OSError:
            seen.append("OSError")
        seen.append((await receive())["type"])
        finished.set()

    async with open_door(app) as door, await door.call() as caller:
        caller.say(start)
        await began.wait()
        caller.leave()

        await asyncio.wait_for(finished.wait(), 5)

        assert ["http.request", "OSError", "http.disconnect"] == seen
        assert [] == door.errors


async def test_an_answered_app_receives_a_disconnect() -> None:
    """
    After its own last message an app that still listens is not left waiting.
    """
    seen: list[str] = []
    finished = asyncio.Event()

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await receive()
        listening = asyncio.ensure_future(receive())
        await asyncio.sleep(0)
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})
        seen.append((await listening)["type"])
        finished.set()

    async with open_door(app) as door, await door.call() as caller:
        caller.say(GET)
        await caller.hear_answer()

        await asyncio.wait_for(finished.wait(), 5)

        assert ["http.disconnect"] == seen


async def test_a_streaming_response_ends_when_its_caller_leaves() -> None:
    """
    Starlette's endless stream stops at the first piece that cannot be sent, and that is no error.
    """

    async def pieces() -> AsyncIterator[bytes]:
        while True:
            yield b"piece"
            await asyncio.sleep(0)

    async def endless(request: Request) -> StreamingResponse:
        return StreamingResponse(pieces())

    app: Any = Starlette(routes=[Route("/", endless)])
    async with open_door(app) as door:
        async with await door.call() as caller:
            caller.say(GET)
            await caller.hear_until(b"piece")

        await door.wait_until_empty()

        assert [] == door.errors


async def test_a_background_task_does_not_hold_the_connection() -> None:
    """
    The next request is served while an app still works behind its answer.
    """
    may_end = asyncio.Event()

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})
        await may_end.wait()

    async with open_door(app) as door, await door.call() as caller:
        caller.say(GET)
        await caller.hear_answer()
        caller.say(GET)
        await caller.hear_answer()

        assert 2 == len(door.state.tasks)
        may_end.set()


@pytest.mark.parametrize(
    "messages",
    [
        [{"type": "http.response.body", "body": b"x"}],
        [{"type": "websocket.accept"}],
        [{"type": "http.response.start", "status": 200, "headers": [(b"a", b"b\r\nc: d")]}],
        [{"type": "http.response.start", "status": 101, "headers": []}],
        [{"type": "http.response.start", "status": 200}, {"type": "http.response.start", "status": 200}],
    ],
    ids=["no start", "another protocol", "a broken header", "a switch", "two starts"],
)
async def test_messages_out_of_order_become_a_500(messages: list[dict[str, Any]]) -> None:
    """
    What an app may not send is raised in the app and answered with a typed error.
    """

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)

    async with open_door(app) as door, await door.call() as caller:
        caller.say(GET)

        answer = await caller.hear_all()

        assert answer.startswith(b"HTTP/1.1 500 ")
        assert b"internal_error" in answer
        assert 1 == len(door.errors)


async def test_the_scope_says_what_asgi_demands() -> None:
    """
    Method, path, query, fields, both ends and the extension are there.
    """
    seen: list[dict[str, Any]] = []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.append(scope)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async with open_door(app) as door, await door.call() as caller:
        caller.say(b"PUT /a%20b?c=d HTTP/1.1\r\nHost: door\r\nX-Y: z\r\n\r\n")
        await caller.hear_answer()

        scope = seen[0]
        assert ("http", "1.1", "PUT", door.scheme) == tuple(
            scope[key] for key in ("type", "http_version", "method", "scheme")
        )
        assert ("/a b", b"/a%20b", b"c=d", "") == tuple(
            scope[key] for key in ("path", "raw_path", "query_string", "root_path")
        )
        assert [(b"host", b"door"), (b"x-y", b"z")] == scope["headers"]
        assert caller.writer.get_extra_info("sockname") == scope["client"]
        assert caller.writer.get_extra_info("peername") == scope["server"]
        assert ["deepseek_gateway"] == list(scope["extensions"])
