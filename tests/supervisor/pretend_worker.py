"""
A worker that does what its environment says, without a gateway in it.

    PRETEND=serve    become ready, accept and answer with the number of this process
    PRETEND=die      end at once with 3
    PRETEND=hang     never become ready
    PRETEND=fall     become ready, then end with 3
    PRETEND=mute     become ready without listening
    PRETEND=deaf     serve, and ignore SIGTERM
    PRETEND=slow     serve; told to stop, accept nobody any more, but never finish
"""

import argparse
import asyncio
import contextlib
import os
import signal
import socket

from gateway.foundation.listening import stop_listening
from gateway.supervisor.supervisor_line import SupervisorLine
from gateway.telemetry.announcements import Announcement
from gateway.telemetry.catalogue import AUDIT_GAPS, IN_FLIGHT
from gateway.telemetry.reading import Account, Reading


async def main() -> None:
    """Play the part."""
    # Whoever runs the tests by nohup would have it ignored.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    parser = argparse.ArgumentParser()
    parser.add_argument("--sockets")
    parser.add_argument("--line", type=int)
    arguments = parser.parse_args()
    part = os.environ["PRETEND"]
    answered = 0
    stop = asyncio.Event()

    def count() -> Account:
        return [(AUDIT_GAPS, [Reading((), answered)]), (IN_FLIGHT, [Reading((), 1)])]

    line = SupervisorLine(count, stop.set)
    await line.open(socket.socket(fileno=arguments.line))
    if part == "die":
        raise SystemExit(3)

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal answered
        answered += 1
        writer.write(b"%d" % os.getpid())
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, (lambda: None) if part == "deaf" else stop.set)
    listening = socket.socket(fileno=int(arguments.sockets.split(",")[0]))
    listening.setblocking(False)
    if part == "mute":
        stop_listening(listening)
        line.ready([], "")
        await stop.wait()
        return
    server = await asyncio.start_server(answer, sock=listening)
    if part != "hang":
        said = Announcement("gateway.listening", f"worker {os.getpid()} welcomes you", {"url": "here"})
        line.ready([said], "paste this")
    if part == "fall":
        await asyncio.sleep(0.05)
        raise SystemExit(3)
    await stop.wait()
    server.close()
    if part == "slow":
        await loop.create_future()
    line.tell_count()
    await line.close()


asyncio.run(main())
