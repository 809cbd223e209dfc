"""Builders of requests, and callers who see the very bytes of an answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson

from gateway.simulator.server import Simulator


def a_body(text: str = "Hello", **fields: Any) -> dict[str, Any]:
    """Return the body of a chat request without thinking, unless a field says otherwise."""
    return {
        "model": "deepseek-flash",
        "messages": [{"role": "user", "content": text}],
        "thinking": {"type": "disabled"},
        **fields,
    }


def a_tool(name: str = "get_weather", **properties: Any) -> dict[str, Any]:
    """Return a tool whose function takes these properties, a city if none are given."""
    parameters = {"type": "object", "properties": properties or {"city": {"type": "string"}}}
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


def request_bytes(body: object, path: str = "/chat/completions", extra: str = "") -> bytes:
    """Return one chat request as it goes over the wire."""
    data = orjson.dumps(body)
    head = f"POST {path} HTTP/1.1\r\nhost: simulator\r\ncontent-length: {len(data)}\r\n{extra}\r\n"
    return head.encode() + data


@asynccontextmanager
async def dialled(simulator: Simulator) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Hold a TCP connection to the simulator, cut at the end of the block."""
    reader, writer = await asyncio.open_connection("127.0.0.1", simulator.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def say(simulator: Simulator, body: object, extra: str = "connection: close\r\n") -> bytes:
    """Send one request on a connection of its own and return all bytes until it closes."""
    async with dialled(simulator) as (reader, writer):
        writer.write(request_bytes(body, extra=extra))
        return await reader.read(-1)


def events(stream: str) -> list[dict[str, Any]]:
    """Return the chunks of a stream, without comments and `[DONE]`."""
    lines = [line.removeprefix("data: ") for line in stream.splitlines() if line.startswith("data: ")]
    return [orjson.loads(line) for line in lines if line != "[DONE]"]


def spoken(stream: str, field: str = "content") -> str:
    """Return what the deltas of a stream say together."""
    return "".join(chunk["choices"][0]["delta"].get(field) or "" for chunk in events(stream))
