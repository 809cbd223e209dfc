"""Tests of benchmarks/identity.py."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.identity import measure_identity
from benchmarks.measures import QUICK
from benchmarks.stage import Stage


@pytest.mark.slow
def test_each_credential_has_its_price(tmp_path: Path) -> None:
    """
    Goals are those of keys and of tokens seen before; how fast it is, is not asked here.
    """
    with Stage(tmp_path) as stage:
        finding = measure_identity(stage, replace(QUICK, rounds=1, requests=200))

    assert [3.0, 6.0, 6.0, None, None] == [row.goal for row in finding.rows]
    assert all(row.figure > 0 for row in finding.rows)
