"""
The gateway beside others of its kind, where these are installed.

They are no part of the project: `BENCH_LITELLM` names the command `litellm`, `BENCH_PORTKEY` the
script `start-server.js` of `@portkey-ai/gateway`. They do as little as they can, and the gateway
all that its demo plan says.
"""

import os
from collections.abc import Mapping
from dataclasses import asdict, replace

from benchmarks.measures import Finding, Row, Scale, rounds
from benchmarks.stage import Contestant, NeverStarted, Stage
from benchmarks.turns import Turn, median_micros

_FEWER = 20
_FEWER_STREAMS = 4
# As npm has it (1.15.2), it answers 500 to every stream: it adds to a head that undici has locked.
_NO_STREAMS = "portkey"


def measure_peers(stage: Stage, scale: Scale, environment: Mapping[str, str] = os.environ) -> Finding:
    """Price one whole answer and one delta of each; fewer of them, for theirs take long."""
    mock = stage.mock(scale.spacing_ms)
    peers = _peers(stage, mock, environment)
    contestants = [stage.passthrough(mock), stage.gateway(mock), *peers]
    fewer = replace(scale, requests=scale.requests // _FEWER, streams=scale.streams // _FEWER_STREAMS)
    whole = rounds(contestants, "whole", fewer, connections=fewer.callers, total=fewer.requests)
    streaming = [contestant for contestant in contestants if contestant.name != _NO_STREAMS]
    words = rounds(streaming, "words", fewer, connections=fewer.callers, total=fewer.streams)
    rows = [*_rows("request", contestants, whole), *_rows("delta", streaming, words)]
    return Finding(
        rows, {"whole": [asdict(turn) for turn in whole], "words": [asdict(turn) for turn in words]}
    )


def _peers(stage: Stage, mock: Contestant, environment: Mapping[str, str]) -> list[Contestant]:
    peers: list[Contestant] = []
    if command := environment.get("BENCH_LITELLM"):
        peers.append(stage.litellm(mock, command))
    if script := environment.get("BENCH_PORTKEY"):
        peers.append(stage.portkey(mock, script))
    if not peers:
        raise NeverStarted(
            "nobody to measure beside: set BENCH_LITELLM or BENCH_PORTKEY (docs/performance.md)"
        )
    return peers


def _rows(unit: str, contestants: list[Contestant], turns: list[Turn]) -> list[Row]:
    ours = median_micros(turns, "gateway")
    rows = []
    for contestant in contestants:
        price = median_micros(turns, contestant.name)
        rows.append(Row("peers", f"{contestant.name}, each {unit}", price, "us"))
        if contestant.name != "gateway":
            rows.append(Row("peers", f"{contestant.name} / gateway", price / ours, "x"))
    return rows
