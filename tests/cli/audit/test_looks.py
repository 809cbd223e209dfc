"""Whoever looks at the gateway's own log stands in it, before anything is shown."""

import getpass
from pathlib import Path

import pytest

from gateway.cli.audit.looks import Look, NotRecorded, record_look
from tests.fakes.own_log import OwnLog

pytestmark = pytest.mark.slow


def test_a_look_is_a_record_of_the_log(own: OwnLog) -> None:
    """
    Who, what, whose and how much; the log with it verifies.
    """
    record_look(Look("query", {"model": "m"}, "acme", 3), [own.folder], own.environ)

    (look,) = own.looks
    assert ("query", f"cli:{getpass.getuser()}", "acme", {"model": "m"}, 3) == (
        look["act"], look["actor"], look["tenant"], look["what"], look["records"],
    )  # fmt: skip
    assert 0 == own.act("verify")


def test_a_look_at_one_file_of_the_log_is_one_at_the_log(own: OwnLog) -> None:
    """
    Naming a segment is no way around it.
    """
    record_look(Look("query"), [next(own.folder.glob("writers/*/*.jsonl"))], own.environ)

    assert 1 == len(own.looks)


def test_a_look_at_a_copy_is_recorded_nowhere_and_says_so(
    own: OwnLog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    The reviewer may have it on a machine of their own.
    """
    record_look(Look("query"), [tmp_path / "copy"], own.environ)

    assert [] == own.looks
    assert "recorded nowhere" in capsys.readouterr().err


def test_what_cannot_be_recorded_is_not_shown(own: OwnLog, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Without the keys nothing can be written, so nothing is told but why.
    """
    (own.folder.parent / "master.key").unlink()

    status = own.act("query")

    output = capsys.readouterr()
    assert (1, "") == (status, output.out)
    assert "Nothing is shown, because the look could not be recorded" in output.err
    with pytest.raises(NotRecorded):
        record_look(Look("query"), [own.folder], own.environ | {"GATEWAY_PORT": "many"})
