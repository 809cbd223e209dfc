"""Tests of benchmarks/encrypting.py."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.encrypting import measure_tls
from benchmarks.measures import QUICK
from benchmarks.stage import Stage


@pytest.mark.slow
def test_each_step_over_tls_has_its_price(tmp_path: Path) -> None:
    """
    A piece, a question and a handshake; how fast they are, is not asked here.
    """
    with Stage(tmp_path) as stage:
        finding = measure_tls(stage, replace(QUICK, rounds=1, requests=200))

    assert [2.0, 5.0, 1000.0] == [row.goal for row in finding.rows]
    assert all(row.figure > 0 for row in finding.rows)
