"""Who tells the operator that a log lost lines."""

import sys

import pytest

from gateway.telemetry.event_log import EventLog
from gateway.telemetry.loss_teller import LossTeller


def test_a_loss_is_told_by_its_log_and_reason(capsys: pytest.CaptureFixture[str]) -> None:
    """
    An operator learns which log lost lines, and why.
    """
    LossTeller("audit", EventLog(sys.stderr))("2 lines could not be written: No space left on device")

    told = capsys.readouterr().err
    assert all(word in told for word in ("log.lost", "audit", "No space left on device", "warning"))
