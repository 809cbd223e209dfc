"""Tests of benchmarks/report.py."""

import json
from pathlib import Path

from benchmarks.measures import QUICK, Finding, Row
from benchmarks.report import keep, table

_ROWS = [
    Row("json", "echo, each request", 40.04, "us"),
    Row("json", "gateway / echo", 1.5, "x", 1.6),
    Row("aborts", "more than before", 12.0, "%", 10.0),
]


def test_the_table_says_whether_a_goal_is_met() -> None:
    """
    Each row has its figure; where there is a goal, it says met or MISSED.
    """
    _, echo, ratio, memory = table(_ROWS).splitlines()

    assert "json     echo, each request       40.0 us" == echo
    assert ratio.split() == ["gateway", "/", "echo", "1.50", "x", "<=", "1.6", "met"]
    assert memory.split()[-5:] == ["12.0", "%", "<=", "10", "MISSED"]


def test_the_raw_figures_are_kept(tmp_path: Path) -> None:
    """
    A file named for its moment holds the rows, the scale and everything behind the rows.
    """
    path = keep(tmp_path / "results", {"json": Finding(_ROWS, {"ratios_of_rounds": [1.4, 1.6]})}, QUICK)

    document = json.loads(path.read_text())
    assert [None, True, False] == [row["is_met"] for row in document["rows"]]
    assert {"json": {"ratios_of_rounds": [1.4, 1.6]}} == document["raw"]
    assert QUICK.requests == document["scale"]["requests"]
