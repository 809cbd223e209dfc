"""`deepseek-gateway audit prove` makes a bundle that `verify` accepts."""

import json
from pathlib import Path

import pytest

from gateway.__main__ import main
from tests.fakes.audit_logs import a_log


def test_a_proof_is_written_and_verifies(tmp_path: Path) -> None:
    """
    Under the checkpoint that the asker keeps.
    """
    log = a_log(tmp_path / "log")
    kept, proof = tmp_path / "kept", tmp_path / "proof.json"
    kept.write_text(log.notes[1])

    made = main(
        ["audit", "prove", "req_1", "--folder", str(log.folder), "--checkpoint", str(kept), "-o", str(proof)]
    )

    assert 0 == made
    assert 0 == main(["audit", "verify", str(proof), "--pin", log.pin, "--anchor", str(kept)])


def test_a_proof_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    As JSON, for a pipe.
    """
    log = a_log(tmp_path / "log")

    code = main(["audit", "prove", "req_1", "--folder", str(log.folder)])

    assert (0, "req_1") == (code, json.loads(capsys.readouterr().out)["request_id"])


def test_what_cannot_be_proved_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    With 1, and why.
    """
    log = a_log(tmp_path / "log")

    codes = [
        main(["audit", "prove", "req_77", "--folder", str(log.folder)]),
        main(["audit", "prove", "req_1", "--folder", str(log.folder), "--checkpoint", "nowhere"]),
    ]

    said = capsys.readouterr().err
    assert [1, 1] == codes
    assert "No record of the request req_77" in said
    assert "nowhere" in said
