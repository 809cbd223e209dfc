"""
The gateway with a page of metrics that is as full as exchanges can make it.

Alone, or with `--workers` as several; then each has such a page.
"""

import argparse
import asyncio
import os
import socket
import sys
from collections.abc import Sequence

import uvloop

from benchmarks.full_page import outcomes
from gateway.app import Gateway
from gateway.edge.server import StopSignal
from gateway.foundation.listening import open_shared
from gateway.settings import Settings, read_settings
from gateway.supervisor.supervisor import Supervisor
from gateway.supervisor.supervisor_line import SupervisorLine
from gateway.telemetry.tenant_names import TenantNames

_STOP_SECONDS = 10.0


def _run() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--sockets", default="")
    parser.add_argument("--line", type=int)
    arguments = parser.parse_args()
    settings = read_settings(os.environ)
    if arguments.line is not None:
        lent = [socket.socket(fileno=int(number)) for number in arguments.sockets.split(",")]
        uvloop.run(_work(settings, lent, socket.socket(fileno=arguments.line)))
    elif arguments.workers > 1:
        asyncio.run(_supervise(settings, arguments.workers))
    else:
        uvloop.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    gateway, stop = Gateway(settings, os.environ), StopSignal()
    _fill(gateway)
    await gateway.open()
    stop.install()
    await stop.wait()
    await gateway.close()


async def _supervise(settings: Settings, workers: int) -> None:
    supervisor = Supervisor(
        [[one] for one in open_shared(settings.host, settings.port, workers)],
        lambda _: None,
        lambda _: None,
        stop_seconds=_STOP_SECONDS,
        names=TenantNames(settings.metrics_tenants),
        command=(sys.executable, "-m", "benchmarks.contestants.full_page"),
    )
    supervisor.install()
    await supervisor.run()


async def _work(settings: Settings, lent: Sequence[socket.socket], end: socket.socket) -> None:
    stop = StopSignal()
    line = SupervisorLine(lambda: gateway.count(), stop.set)  # noqa: PLW0108 - made in the next line
    gateway = Gateway(settings, os.environ, sockets=lent, account=line.account)
    _fill(gateway)
    await line.open(end)
    await gateway.open()
    stop.install()
    line.ready((), "")
    await stop.wait()
    await gateway.close()
    await line.close()


def _fill(gateway: Gateway) -> None:
    for outcome in outcomes():
        gateway._observer.exchange_ended(outcome)  # noqa: SLF001 - nobody else counts before it opens


if __name__ == "__main__":
    _run()
