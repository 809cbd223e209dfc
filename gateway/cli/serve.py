"""`deepseek-gateway serve`: run the gateway until it is told to stop."""

import argparse
import asyncio
import os
import signal
import sys
from typing import Any

import uvloop

from gateway.app import Gateway
from gateway.cli.welcome import welcome
from gateway.edge.server import StopSignal
from gateway.edge.tls.files import CertificateRejected
from gateway.environment import InvalidSetting
from gateway.foundation.descriptors import raise_descriptor_limit
from gateway.foundation.listening import open_shared
from gateway.foundation.redis_link.failures import UnfitRedis
from gateway.foundation.spare_stream import SpareStream
from gateway.foundation.state_folder import UnusableState
from gateway.foundation.state_store import StateUnavailable
from gateway.policy.errors import PolicyRejected
from gateway.settings import Settings, read_settings, read_workers
from gateway.supervisor.slot import READY_SECONDS
from gateway.supervisor.supervisor import Supervisor
from gateway.telemetry.announcements import Announcement, Announcer
from gateway.telemetry.tenant_names import TenantNames

CANNOT_START = 1
START_ERRORS = (
    InvalidSetting,
    UnusableState,
    UnfitRedis,
    StateUnavailable,
    PolicyRejected,
    CertificateRejected,
    OSError,
)
_LAST_SECONDS = 15.0
_NOT_REPLACED = Announcement(
    "gateway.not_replaced",
    "SIGUSR2 replaces workers, and this gateway is one process without any: restart it, or use --workers",
    {},
)


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add the verb to the command line."""
    parser = subparsers.add_parser(
        "serve", help="run the gateway", description="Run the gateway. Its settings are in the environment."
    )
    parser.add_argument(
        "--workers", metavar="N", help="serve with so many processes, in place of GATEWAY_WORKERS"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT; return 0, or 1 when the gateway cannot start."""
    outlive_orders()
    try:
        settings = read_settings(os.environ)
        workers = settings.workers
        if arguments.workers is not None:
            workers = read_workers(arguments.workers, os.environ)
        raise_descriptor_limit()
        if workers > 1:
            return asyncio.run(_supervise(settings, workers))
        return uvloop.run(_serve(settings))
    except START_ERRORS as error:
        return cannot_start(error)


def outlive_orders() -> None:
    """Ignore SIGHUP and SIGUSR2 until somebody listens: by default they end the process."""
    for number in (signal.SIGHUP, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)


def cannot_start(error: BaseException) -> int:
    """Say why, and return the exit code."""
    text = f"deepseek-gateway cannot start: {error}"
    Announcer().tell(Announcement("gateway.cannot_start", text, {"error": type(error).__name__}))
    return CANNOT_START


async def _supervise(settings: Settings, workers: int) -> int:
    by_port = [open_shared(settings.host, port, workers) for port in settings.ports]
    # A worker may still wait to be taken out of a balancer, drain, and write down what it has.
    stop_seconds = settings.drain_delay_seconds + settings.drain_seconds + _LAST_SECONDS
    supervisor = Supervisor(
        list(zip(*by_port, strict=True)),
        _announcer(settings).tell,
        show,
        stop_seconds=stop_seconds,
        ready_seconds=READY_SECONDS + settings.startup_wait_seconds,
        names=TenantNames(settings.metrics_tenants),
    )
    supervisor.install()
    return 0 if await supervisor.run() else CANNOT_START


def _announcer(settings: Settings) -> Announcer:
    return Announcer(SpareStream(sys.stderr.fileno()), settings.log_level)


def show(to_paste: str) -> None:
    """Show keys and examples to a person: beside everything else on a terminal, else where no events are."""
    stream = sys.stderr if sys.stderr.isatty() else sys.stdout
    if to_paste:
        stream.write(to_paste + "\n")
        stream.flush()


async def _serve(settings: Settings) -> int:
    announcer, gateway = _announcer(settings), Gateway(settings, os.environ)
    gateway.overhear()
    stop = StopSignal()
    stop.install()
    if not await stop.permits(gateway.open()):
        announcer.tell(Announcement("gateway.stopping", "stopping: the start is given up", {}))
        return 0
    loop = asyncio.get_running_loop()
    stop.hear(lambda: loop.run_in_executor(None, gateway.read_again))
    loop.add_signal_handler(signal.SIGUSR2, announcer.tell, _NOT_REPLACED)
    said, to_paste = welcome(gateway, is_terminal=sys.stderr.isatty())
    for one in said:
        announcer.tell(one)
    show(to_paste)
    await stop.wait()
    announcer.tell(Announcement("gateway.stopping", "stopping: running exchanges may finish", {}))
    await gateway.close()
    return 0
