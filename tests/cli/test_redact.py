"""The command that shows what profiles make of a text."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.__main__ import main
from tests.fakes.sealing import EMAIL, MOBILE
from tests.house.tree import ROOT

POLICIES = str(ROOT / "policies")


def test_every_profile_shows_what_it_would_send(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    The text with its placeholders, and what was found; never the value.
    """
    (tmp_path / "letter.txt").write_text(f"call {MOBILE}", encoding="utf-8")

    status = main(["redact", "--policies", POLICIES, str(tmp_path / "letter.txt")])

    shown = capsys.readouterr().out
    assert (0, 5) == (status, shown.count("PHONE: "))
    assert "baseline: sent\n  PHONE: pseudonymise, 1 times\n  | call PHONE_" in shown
    assert MOBILE not in shown


def test_one_profile_may_be_asked_for_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    For programs.
    """
    (tmp_path / "letter.txt").write_text(f"mail {EMAIL}", encoding="utf-8")

    main(["redact", "--policies", POLICIES, "--profile", "strict", "--json", str(tmp_path / "letter.txt")])

    assert [
        {
            "profile": "strict",
            "verdict": "sent",
            "counts": [{"entity": "EMAIL", "action": "redact", "count": 1}],
            "text": "mail [EMAIL]",
        }
    ] == json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--policies", POLICIES, "--profile", "mine", __file__], "redaction/mine.yaml"),
        (["--policies", "/nowhere", __file__], "there is no profile in /nowhere"),
        (["--policies", POLICIES, "/nowhere"], "/nowhere: cannot be read as UTF-8 text"),
    ],
)
def test_what_cannot_be_shown_is_told(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    An unknown profile, a folder without any, no such file.
    """
    assert 1 == main(["redact", *arguments])
    assert told in capsys.readouterr().err


@pytest.mark.slow
def test_a_text_may_come_on_standard_input() -> None:
    """
    As from a pipe.
    """
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "redact", "--policies", POLICIES, "--profile", "baseline"],
        input=f"邮箱{EMAIL}".encode(), capture_output=True, check=True, cwd=ROOT,
    )  # fmt: skip

    assert "  | 邮箱EMAIL_" in done.stdout.decode()
