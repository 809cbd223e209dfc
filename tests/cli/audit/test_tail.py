"""`deepseek-gateway audit tail` shows the newest records, and with -f those that come."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.audit.catalogue import Noticed
from gateway.cli.audit.tail import line_of
from tests.fakes.own_log import OwnLog

pytestmark = pytest.mark.slow


def test_the_newest_are_shown(own: OwnLog, capsys: pytest.CaptureFixture[str]) -> None:
    """
    As lines, or whole.
    """
    own.act("tail", "-n", "2", "--tenant", "bolt")
    lines = capsys.readouterr().out.splitlines()
    own.act("tail", "-n", "1", "--tenant", "bolt", "--model", "deepseek-chat", "--json")
    record = json.loads(capsys.readouterr().out)

    assert ["request.admitted", "request.completed"] == [line.split("  ")[1] for line in lines]
    assert "req_2" == record["request_id"]
    assert [("tail", 2), ("tail", 1)] == [(look["act"], look["records"]) for look in own.looks]


def test_what_comes_is_shown_as_it_comes(own: OwnLog) -> None:
    """
    Until the reader has enough.
    """
    command = [sys.executable, "-m", "gateway", "audit", "tail", "-n", "0", "-f", "--event", "key.revoked"]
    with subprocess.Popen(command, env=own.environ, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            while not own.looks:
                assert process.poll() is None
            own.write(("key.revoked", Noticed(facts={"id": "key1"})))

            line = process.stdout.readline()
        finally:
            process.terminate()

    assert "key.revoked" in line


def test_a_line_tells_where_it_went_and_how_it_ended() -> None:
    """
    What is not known is left out.
    """
    tries = [{"upstream": "deepseek", "residency": "external"}]

    line = line_of(
        {"time": "T", "event": "request.failed", "tenant": "acme", "tries": tries, "code": "upstream_failed"}
    )

    assert "T  request.failed  acme  -> deepseek  upstream_failed" == line


def test_a_bad_question_is_refused(own: OwnLog, capsys: pytest.CaptureFixture[str]) -> None:
    """
    With 1 and the reason.
    """
    assert 1 == own.act("tail", "--since", "yesterday")
    assert "is no moment" in capsys.readouterr().err


def test_a_folder_without_a_log_is_refused(
    own: OwnLog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Nobody waits for the records of a mistyped one.
    """
    status = own.act("tail", "-f", "--folder", str(tmp_path / "nowhere"))

    assert 1 == status
    assert "There is no audit log in" in capsys.readouterr().err
