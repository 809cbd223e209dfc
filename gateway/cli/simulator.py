"""`deepseek-gateway simulator`: run the pretend DeepSeek by hand."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable

from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.records import SimulatedExchange
from gateway.simulator.server import Simulator
from gateway.simulator.settings import Canned, NotLoopback, SimulatorSettings


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add this verb and its options."""
    parser = subparsers.add_parser(
        "simulator", help="run a pretend DeepSeek on this machine", description=__doc__
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=9000, help="port, 0 for any free one (default: %(default)s)"
    )
    parser.add_argument("--key", action="append", default=[], help="accept only this key; may be repeated")
    parser.add_argument("--delay-ms", type=float, default=0.0, help="pause between deltas")
    parser.add_argument("--queued", type=float, default=0.0, help="seconds every request waits in the queue")
    parser.add_argument("--echo", action="store_true", help="answer with the last user text")
    parser.add_argument("--canned", type=int, metavar="DELTAS", help="give everybody one prepared answer")
    parser.add_argument("--quiet", action="store_true", help="no line per request")
    parser.add_argument(
        "--allow-other-hosts", action="store_true", help="permit a --host that is not loopback"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM; return the exit status."""
    try:
        settings = read_settings(args)
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_serve(settings, quiet=args.quiet))
    except NotLoopback as error:
        return _complain(f"{error} (--allow-other-hosts)")
    except OSError as error:
        return _complain(f"The simulator cannot listen on {args.host}:{args.port}: {error.strerror}.")
    return 0


def read_settings(args: argparse.Namespace) -> SimulatorSettings:
    """Return the settings that the options describe, or raise `NotLoopback`."""
    return SimulatorSettings(
        host=args.host,
        port=args.port,
        keys=tuple(args.key),
        delay_ms=args.delay_ms,
        echo=args.echo,
        behaviour=Misbehaviour(queued=args.queued),
        canned=None if args.canned is None else Canned(deltas=args.canned, delay_ms=args.delay_ms),
        records_kept=1_000,
        allow_other_hosts=args.allow_other_hosts,
    )


async def _serve(settings: SimulatorSettings, *, quiet: bool) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with Simulator(settings) as simulator:
        _say(f"DeepSeek simulator at {simulator.base_url}")
        if not quiet:
            simulator.totals.on_end = lambda exchange: _say(describe(exchange))
        await stopped.wait()


def describe(exchange: SimulatedExchange) -> str:
    """Return one line about an exchange; of its text it says nothing."""
    seconds = (exchange.ended_at or exchange.started_at) - exchange.started_at
    return (
        f"{exchange.method} {exchange.path} {exchange.status or '-'} {exchange.ending} "
        f"deltas={exchange.deltas_sent} tokens={exchange.completion_tokens} seconds={seconds:.3f}"
    )


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop  # noqa: PLC0415 - not there on Windows

    return uvloop.new_event_loop


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _complain(message: str) -> int:
    sys.stderr.write(message + "\n")
    return 1
