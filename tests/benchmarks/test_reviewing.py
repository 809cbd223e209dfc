"""Tests of benchmarks/reviewing.py."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.measures import QUICK
from benchmarks.reviewing import measure_reviewing
from benchmarks.stage import Stage


@pytest.mark.slow
def test_verifying_and_searching_have_their_price(tmp_path: Path) -> None:
    """
    Each search finds something; how fast it is, is not asked here.
    """
    with Stage(tmp_path) as stage:
        finding = measure_reviewing(stage, replace(QUICK, rounds=1, requests=200))

    assert [10.0, 1.0, 1.0, 1.0] == [row.goal for row in finding.rows]
    assert all(row.figure > 0 for row in finding.rows)
    assert 16_800 == finding.raw["searched"]
