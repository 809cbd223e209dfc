"""`deepseek-gateway audit verify` checks what it is pointed at."""

from pathlib import Path

import pytest

from gateway.__main__ import main
from tests.fakes.audit_logs import a_log


def test_a_log_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    With the key that the reviewer keeps.
    """
    log = a_log(tmp_path / "log")

    codes = [main(["audit", "verify", str(log.folder), "--pin", pin]) for pin in (log.pin, "AAAA")]

    assert [0, 1] == codes
    assert "GOOD" in capsys.readouterr().out
