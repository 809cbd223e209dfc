"""Facts about running the simulator by hand."""

import argparse
import asyncio
import signal
import sys

import httpx2
import pytest

from gateway.cli.simulator import add_parser, describe, read_settings, run
from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.records import SimulatedEnding, SimulatedExchange
from gateway.simulator.settings import Canned, NotLoopback, SimulatorSettings


def _parsed(*options: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    return parser.parse_args(["simulator", *options])


def test_options_become_settings() -> None:
    """
    Every option says one thing about the simulator.
    """
    address = ("--host", "::1", "--port", "0", "--key", "sk-a", "--key", "sk-b")
    manner = ("--delay-ms", "20", "--queued", "2", "--echo", "--canned", "9")

    assert SimulatorSettings(
        host="::1",
        keys=("sk-a", "sk-b"),
        delay_ms=20.0,
        echo=True,
        behaviour=Misbehaviour(queued=2.0),
        canned=Canned(deltas=9, delay_ms=20.0),
        records_kept=1_000,
    ) == read_settings(_parsed(*address, *manner))


def test_without_options_it_listens_on_loopback() -> None:
    """
    Port 9000 of this machine, for everybody on it.
    """
    settings = read_settings(_parsed())

    assert ("127.0.0.1", 9000, ()) == (settings.host, settings.port, settings.keys)


def test_other_hosts_need_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    """
    An address that strangers reach is refused with the way out, unless it was allowed.
    """
    status = run(_parsed("--host", "0.0.0.0"))

    assert 1 == status
    assert "--allow-other-hosts" in capsys.readouterr().err
    assert "0.0.0.0" == read_settings(_parsed("--host", "0.0.0.0", "--allow-other-hosts")).host
    with pytest.raises(NotLoopback):
        read_settings(_parsed("--host", "0.0.0.0"))


def test_a_line_about_an_exchange_has_none_of_its_text() -> None:
    """
    What is printed says how it went, not what was said.
    """
    exchange = SimulatedExchange(
        1, 1, "POST", "/chat/completions", {"authorization": "sk-x"}, b"private", 1.0
    )
    exchange.status, exchange.deltas_sent, exchange.generated_tenths = 200, 3, 21
    exchange.ending, exchange.ended_at = SimulatedEnding.CALLER_LEFT, 1.5

    assert "POST /chat/completions 200 caller_left deltas=3 tokens=3 seconds=0.500" == describe(exchange)


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
async def test_it_says_where_it_listens_and_stops_when_told(end: signal.Signals) -> None:
    """
    The address is the first line; an interrupt or a termination ends it properly.
    """
    script = (
        "import argparse; from gateway.cli.simulator import add_parser; "
        "p = argparse.ArgumentParser(); add_parser(p.add_subparsers()); "
        "a = p.parse_args(['simulator', '--port', '0']); raise SystemExit(a.run(a))"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    first = (await process.stdout.readline()).decode().strip()
    async with httpx2.AsyncClient(trust_env=False) as client:
        answer = await client.get(first.rpartition(" ")[2] + "/models")
    process.send_signal(end)
    said, complained = await process.communicate()

    assert first.startswith("DeepSeek simulator at http://127.0.0.1:")
    assert 200 == answer.status_code
    assert said.startswith(b"GET /models 200 finished")
    assert (0, b"") == (process.returncode, complained)
