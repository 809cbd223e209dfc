"""
The floor for streams: our door and our upstream client with nothing between them.

Bytes are carried, and nothing is looked at. What the gateway costs beyond
this is what it does; what this costs is what it takes to be there.
"""

import argparse
import asyncio
import traceback
from collections.abc import Mapping
from typing import Any

import uvicorn

from gateway.edge.door_extension import EXTENSION, DoorExtension
from gateway.edge.door_limits import DoorLimits
from gateway.edge.server_config import connection_class
from gateway.upstreams.target import Origin, Upstream
from gateway.upstreams.transport import Transport, UpstreamCall
from gateway.upstreams.transports import make_transports
from gateway.vocabulary.arrival import Reply
from gateway.vocabulary.residency import Residency

_BODY_LIMIT_BYTES = 32 * 1024 * 1024
_TAKEN_ALONG = (b"content-type", b"accept", b"user-agent")
_BROUGHT_BACK = (b"content-type", b"content-length", b"cache-control")


class Pipe:
    """Bytes go on to the caller in the moment in which they come (`ByteSink`)."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self._unsent = b""

    def take(self, data: bytes) -> bool:
        """Send at once if the caller reads."""
        if self._reply.send_now(data):
            return True
        self._unsent = data
        return False

    async def ready(self) -> bool:
        """Wait for a caller who reads too slowly."""
        data, self._unsent = self._unsent, b""
        if data:
            await self._reply.write(data)
        return True


class Passthrough:
    """An ASGI app that carries every request to one upstream."""

    def __init__(self, upstream: Upstream, transport: Transport) -> None:
        self._upstream = upstream
        self._transport = transport

    async def __call__(self, scope: Mapping[str, Any], _receive: object, _send: object) -> None:
        """Carry one request and its answer."""
        task: asyncio.Task[Any] = asyncio.current_task()  # type: ignore[assignment]
        door: DoorExtension = scope["extensions"][EXTENSION]
        door.on_gone(task.cancel)
        fields = dict(scope["headers"])
        call = UpstreamCall(
            self._upstream,
            "POST",
            scope["path"],
            tuple([(name, fields[name]) for name in _TAKEN_ALONG if name in fields]),
            await door.body.read(_BODY_LIMIT_BYTES),
            self._upstream.patience,
        )
        await self._carry(call, door)

    async def _carry(self, call: UpstreamCall, door: DoorExtension) -> None:
        answer = await self._transport.send(call)
        try:
            headers = answer.headers
            door.reply.begin(
                answer.status, [(name, headers[name]) for name in _BROUGHT_BACK if name in headers]
            )
            await answer.pour(Pipe(door.reply))
            door.reply.end()
        finally:
            answer.close()


def _told(error: BaseException) -> None:
    traceback.print_exception(error)


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="benchmarks.contestants.passthrough", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--upstream-port", type=int, required=True)
    arguments = parser.parse_args()
    upstream = Upstream(
        name="mock",
        kind="openai",
        origin=Origin("http", "127.0.0.1", arguments.upstream_port),
        base_path="",
        residency=Residency.ON_PREMISES,
        connections=4096,
    )
    uvicorn.run(
        Passthrough(upstream, make_transports(None)["http1"]),
        port=arguments.port,
        http=connection_class(DoorLimits(), _told),
        loop="uvloop",
        ws="none",
        lifespan="off",
        log_level="warning",
        proxy_headers=False,
    )


if __name__ == "__main__":
    main()
