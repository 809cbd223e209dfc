"""`deepseek-gateway worker`: one of several workers; `serve --workers` starts it."""

import argparse
import asyncio
import os
import socket
import sys
from collections.abc import Sequence
from typing import Any

import uvloop

from gateway.app import Gateway
from gateway.cli.serve import START_ERRORS, cannot_start, outlive_orders
from gateway.cli.welcome import welcome
from gateway.edge.server import StopSignal
from gateway.settings import Settings, read_settings
from gateway.supervisor.supervisor_line import SupervisorLine


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add the verb to the command line."""
    parser = subparsers.add_parser("worker", help="one of the workers of `serve --workers`, which starts it")
    parser.add_argument("--sockets", required=True, help="descriptors of the sockets to serve on")
    parser.add_argument("--line", required=True, type=int, help="descriptor of the line to the supervisor")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve on the lent sockets until SIGTERM, or until the supervisor is gone."""
    # SIGUSR2 is the supervisor's: sent to the whole service, it must not end who serves.
    outlive_orders()
    try:
        settings = read_settings(os.environ)
        sockets = [socket.socket(fileno=int(number)) for number in arguments.sockets.split(",")]
        return uvloop.run(_serve(settings, sockets, socket.socket(fileno=arguments.line)))
    except START_ERRORS as error:
        return cannot_start(error)


async def _serve(settings: Settings, sockets: Sequence[socket.socket], end: socket.socket) -> int:
    stop = StopSignal()
    line = SupervisorLine(lambda: gateway.count(), stop.set)  # noqa: PLW0108 - made in the next line
    gateway = Gateway(
        settings, os.environ, sockets=sockets, account=line.account, reload_others=line.reload_others
    )
    gateway.overhear()
    stop.install()
    await line.open(end)
    if not await stop.permits(gateway.open()):
        return 0
    loop = asyncio.get_running_loop()
    stop.hear(lambda: loop.run_in_executor(None, gateway.read_again))
    line.ready(*welcome(gateway, is_terminal=sys.stderr.isatty()))
    await stop.wait()
    await gateway.close()
    line.tell_count()
    await line.close()
    return 0
