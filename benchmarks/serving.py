"""Serve a protocol on a loopback port until SIGTERM."""

import asyncio
import signal
from collections.abc import Callable


async def serve_on(port: int, protocol: Callable[[], asyncio.Protocol]) -> None:
    """Accept connections on this port until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = await loop.create_server(protocol, "127.0.0.1", port, backlog=4096)
    await stop.wait()
    server.close()
