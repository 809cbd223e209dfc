"""
A worker that does what its environment says, without a gateway in it.

    PRETEND=serve    become ready, accept and answer with the number of this process
    PRETEND=die      end at once with 3
    PRETEND=hang     never become ready
    PRETEND=deaf     serve, and ignore SIGTERM
"""

import argparse
import asyncio
import contextlib
import os
import signal
import socket

from prometheus_client import CollectorRegistry, Counter, Gauge

from gateway.supervisor.supervisor_line import SupervisorLine
from gateway.telemetry.snapshots import take_snapshot


async def main() -> None:
    """Play the part."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sockets")
    parser.add_argument("--line", type=int)
    arguments = parser.parse_args()
    part = os.environ["PRETEND"]
    registry = CollectorRegistry()
    answered = Counter("answered", "Answered.", registry=registry)
    Gauge("alive", "Alive.", registry=registry).set(1)
    stop = asyncio.Event()
    line = SupervisorLine(lambda: take_snapshot(registry), stop.set)
    await line.open(socket.socket(fileno=arguments.line))
    if part == "die":
        raise SystemExit(3)

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answered.inc()
        writer.write(b"%d" % os.getpid())
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, (lambda: None) if part == "deaf" else stop.set)
    listening = socket.socket(fileno=int(arguments.sockets.split(",")[0]))
    listening.setblocking(False)
    server = await asyncio.start_server(answer, sock=listening)
    if part != "hang":
        line.ready(f"worker {os.getpid()} welcomes you")
    await stop.wait()
    server.close()
    line.tell_count()
    line.close()


asyncio.run(main())
