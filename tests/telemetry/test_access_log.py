"""One line for each exchange, for the operator."""

import os
from pathlib import Path

import orjson

from gateway.foundation.clock import FakeClock
from gateway.foundation.line_writer import LineWriter
from gateway.telemetry.access_log import AccessLog
from gateway.vocabulary.ending import Ending
from gateway.vocabulary.notice import Notice
from gateway.vocabulary.outcome import Outcome
from gateway.vocabulary.usage import Usage
from tests.fakes.builders import an_arrival, an_attempt, an_outcome


def logged(file: Path, outcome: Outcome) -> bytes:
    writer = LineWriter(file, lambda _: None)
    AccessLog(writer, FakeClock(wall=1_800_000_000.0)).exchange_ended(outcome)
    writer.flush()
    return file.read_bytes()


def test_a_line_says_how_the_exchange_went(tmp_path: Path) -> None:
    """
    As JSON, on one line.
    """
    tries = (an_attempt("a", "upstream_error"), an_attempt("b"))

    line = logged(tmp_path / "log", an_outcome(attempts=tries, trace_id="4bf92f3577b34da6a3ce929d0e0e4736"))

    assert 1 == line.count(b"\n")
    assert {
        "event": "exchange",
        "time": 1_800_000_000.0,
        "request_id": "req_1",
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        "tenant": "acme",
        "project": "default",
        "credential": "key_1",
        "model": "deepseek-chat",
        "upstream": "b",
        "attempts": 2,
        "status": 200,
        "code": None,
        "ending": "finished",
        "stream": True,
        "seconds": 1.5,
        "first_token_seconds": 0.25,
        "prompt_tokens": 7,
        "completion_tokens": 5,
        "cost_micros": {},
        "cache": None,
    } == orjson.loads(line)


def test_a_strangers_line_has_gaps_and_no_text(tmp_path: Path) -> None:
    """
    What is not known is null; credential and query are never there.
    """
    arrival = an_arrival(headers={b"authorization": b"Bearer sk-secret"}, query=b"key=sk-secret")
    outcome = an_outcome(
        arrival=arrival,
        caller=None,
        model=None,
        attempts=(),
        usage=Usage(),
        first_token_seconds=None,
        ending=Ending.REFUSED,
        status=401,
        code="invalid_credential",
    )

    line = logged(tmp_path / "log", outcome)

    read = orjson.loads(line)
    assert [None] * 4 == [read[name] for name in ("tenant", "model", "upstream", "first_token_seconds")]
    assert b"sk-secret" not in line


def test_a_notice_is_no_exchange(tmp_path: Path) -> None:
    """
    Events have a log of their own.
    """
    writer = LineWriter(tmp_path / "log", lambda _: None)

    AccessLog(writer, FakeClock()).noticed(Notice("policy.reloaded"))
    writer.flush()

    assert not (tmp_path / "log").exists()


def test_on_a_terminal_a_line_is_in_words() -> None:
    """
    A person reads it as it comes.
    """
    master, terminal = os.openpty()
    writer = LineWriter(terminal, lambda _: None)

    AccessLog(writer, FakeClock(wall=1_800_014_400.0)).exchange_ended(an_outcome())
    writer.flush()

    shown = os.read(master, 1024)
    os.close(master)
    os.close(terminal)
    assert shown.startswith(b"12:00:00  200  acme  deepseek-chat from ")
