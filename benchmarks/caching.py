"""What the response cache costs and saves, beside the floor of a stock echo."""

import time
from collections.abc import Sequence
from dataclasses import asdict

from benchmarks.canned import ANSWER
from benchmarks.keeping import OneKey, own_micros
from benchmarks.measures import Finding, Row, Scale
from benchmarks.stage import Contestant, Stage
from benchmarks.turns import Turn, ask, median_micros, take_turn
from gateway.cache.entry import Label, kept, pack
from gateway.cache.memory_store import ENTRY_OVERHEAD_BYTES
from gateway.cache.strongbox import Strongbox
from gateway.wire.frames import Frame, FrameKind

MEMORY_GOAL, REDIS_GOAL = 1.0, 1.5
MISS_GOAL_MICROS = 12.0
SIZE_GOAL = 1.3
_ON = {"enabled": True}


def measure_cache(stage: Stage, scale: Scale) -> Finding:
    """Price a hit from memory and from Redis, what a miss adds, and the room that an answer takes."""
    mock, echo, redis = stage.mock(scale.spacing_ms), stage.echo(), stage.redis()
    without, with_cache = stage.policies("without"), stage.policies("with", cache=_ON)
    url = f"redis://127.0.0.1:{redis.port}/0"
    bare = stage.gateway(mock, "no cache", policies=without)
    memory = stage.gateway(mock, "from memory", policies=with_cache)
    shared = stage.gateway(mock, "from Redis", policies=with_cache, GATEWAY_CACHE_REDIS_URL=url)
    hits = _rounds([echo, memory, shared], "again", scale)
    misses = _rounds([bare, memory, shared], "whole", scale)
    floor = median_micros(hits, "echo")
    own_miss, own_hit = own_micros()
    added = {one: median_micros(misses, one) - median_micros(misses, "no cache") for one in _CACHED}
    rows = [
        Row("cache", "echo, each request", floor, "us"),
        *(Row("cache", f"a hit {one}, each request", median_micros(hits, one), "us") for one in _CACHED),
        Row(
            "cache", "a hit from memory / echo", median_micros(hits, "from memory") / floor, "x", MEMORY_GOAL
        ),
        Row("cache", "a hit from Redis / echo", median_micros(hits, "from Redis") / floor, "x", REDIS_GOAL),
        Row("cache", "a miss adds, memory", added["from memory"], "us", MISS_GOAL_MICROS),
        Row("cache", "a miss adds, Redis", added["from Redis"], "us", MISS_GOAL_MICROS),
        Row("cache", "a miss, the cache's own share", own_miss, "us", MISS_GOAL_MICROS),
        Row("cache", "a hit, the cache's own share", own_hit, "us"),
        Row("cache", "a kept answer / its own bytes", _size_ratio(), "x", SIZE_GOAL),
    ]
    return Finding(rows, {"turns": [asdict(turn) for turn in (*hits, *misses)]})


_CACHED = ("from memory", "from Redis")


def _rounds(contestants: Sequence[Contestant], kind: str, scale: Scale) -> list[Turn]:
    for contestant in contestants:
        ask(contestant, kind, connections=scale.callers, total=scale.warm_up)
    turns: list[Turn] = []
    for number in range(scale.rounds):
        first = number % len(contestants)
        for contestant in (*contestants[first:], *contestants[:first]):
            turns.append(_turn(contestant, kind, scale))  # noqa: PERF401 - each begins when the last has ended
    return turns


def _turn(contestant: Contestant, kind: str, scale: Scale) -> Turn:
    total = scale.requests
    return take_turn(contestant, kind, connections=scale.callers, total=total, units=total)


def _size_ratio() -> float:
    """Return how much room the canned answer takes in memory, for each byte of it."""
    box = Strongbox(OneKey()).of("demo")
    label = Label(box.key_id, time.time(), 3600, b"p" * 8, b"m" * 8, b"c" * 8, bytes(8))
    entry = box.lock(b"n" * 16, label, pack(kept([Frame(FrameKind.WHOLE, ANSWER)])))
    return (len(entry) + 8 + ENTRY_OVERHEAD_BYTES) / len(ANSWER)
