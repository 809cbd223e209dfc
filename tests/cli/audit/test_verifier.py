"""`deepseek-gateway audit verifier` gives the verifier away."""

from pathlib import Path

import pytest

from gateway.__main__ import main
from gateway.audit.verify.standalone import standalone_text


def test_the_one_file_is_printed_or_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    The same text either way.
    """
    codes = [main(["audit", "verifier"]), main(["audit", "verifier", "-o", str(tmp_path / "v.py")])]

    assert [0, 0] == codes
    assert standalone_text() == capsys.readouterr().out == (tmp_path / "v.py").read_text(encoding="utf-8")


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    With 1.
    """
    code = main(["audit", "verifier", "-o", str(tmp_path)])

    assert 1 == code
    assert "cannot be written" in capsys.readouterr().err
