"""`deepseek-gateway audit verify` checks what it is pointed at."""

import base64
import shutil
from pathlib import Path

import pytest

from gateway.__main__ import main
from tests.fakes.audit_logs import a_log
from tests.fakes.own_log import OwnLog


def test_a_log_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    With the key that the reviewer keeps.
    """
    log = a_log(tmp_path / "log")
    another = base64.b64encode(bytes(32)).decode()

    codes = [main(["audit", "verify", str(log.folder), "--pin", pin]) for pin in (log.pin, another)]

    assert [0, 1] == codes
    assert "GOOD" in capsys.readouterr().out


@pytest.mark.slow
def test_the_gateways_own_logs_are_all_checked(own: OwnLog, capsys: pytest.CaptureFixture[str]) -> None:
    """
    That of the second device too; the worst of them is the exit status, and each look is recorded.
    """
    second = own.folder.parent / "second"
    shutil.copytree(own.folder, second)
    own.environ["GATEWAY_AUDIT_SECOND_DIR"] = str(second)
    good = own.act("verify")
    (second / "epochs.jsonl").unlink()

    bad = own.act("verify")

    assert (0, 1) == (good, bad)
    assert 3 == capsys.readouterr().out.count("GOOD:")
    assert 4 == len(own.looks)


def test_a_folder_that_cannot_be_looked_at_is_told(own: OwnLog, capsys: pytest.CaptureFixture[str]) -> None:
    """
    With 2 and the system's reason, as where rights are missing.
    """
    status = own.act("verify", "x" * 300)

    assert 2 == status
    assert "nothing was checked" in capsys.readouterr().err
