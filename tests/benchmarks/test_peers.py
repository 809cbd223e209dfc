"""Tests of benchmarks/peers.py, with a peer that is our own pass-through under another name."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.measures import QUICK
from benchmarks.peers import measure_peers
from benchmarks.stage import ROOT, NeverStarted, Stage

_PEER = f"""#!{sys.executable}
import json, os, sys
said = dict(zip(sys.argv[1::2], sys.argv[2::2]))
config = json.load(open(said["--config"]))
place = config["model_list"][0]["litellm_params"]["api_base"]
module = "benchmarks.contestants.passthrough"
words = ["-m", module, "--port", said["--port"], "--upstream-port", place.rpartition(":")[2]]
os.chdir({str(ROOT)!r})
os.execv(sys.executable, [sys.executable, *words])
"""


@pytest.mark.slow
def test_a_peer_is_priced_beside_the_gateway(tmp_path: Path) -> None:
    """
    Whole answers and deltas, each as a price and as a multiple of the gateway's own.
    """
    command = tmp_path / "litellm"
    command.write_text(_PEER, encoding="utf-8")
    command.chmod(0o755)
    scale = replace(QUICK, rounds=1, requests=400, streams=32, warm_up=20)

    with Stage(tmp_path) as stage:
        rows = measure_peers(stage, scale, {"BENCH_LITELLM": str(command)}).rows

    figures = {row.what: row.figure for row in rows}
    for unit in ("request", "delta"):
        assert 0 < figures[f"litellm, each {unit}"] < figures[f"gateway, each {unit}"]
    assert 2 == [row.what for row in rows].count("litellm / gateway")
    assert 10 == len(rows)


def test_without_a_peer_there_is_nothing_to_measure(tmp_path: Path) -> None:
    """
    The way out is named, before anything is measured.
    """
    with Stage(tmp_path) as stage, pytest.raises(NeverStarted, match="set BENCH_LITELLM or BENCH_PORTKEY"):
        measure_peers(stage, QUICK, {})
