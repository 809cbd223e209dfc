"""
When signing keys come and go: a pure decision.

    made        published at once, so that everybody knows it before it signs
    AHEAD later it signs, and the one before it does no more
    ROTATE      after it was made the next one is made
    gone        once the longest token signed before could have expired

The very first key signs at once: nobody knows another one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

AHEAD_SECONDS = 3600.0
ROTATE_SECONDS = 30 * 86_400.0
LONGEST_TOKEN_SECONDS = 86_400.0
_SLACK_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class KeyAge:
    """One signing key: which one of its algorithm it is, and when it was made."""

    name: str
    algorithm: str
    made_at: float


@dataclass(frozen=True, slots=True)
class KeyPlan:
    """What is to be done about the keys now; `signs` are their names by algorithm."""

    signs: dict[str, str]
    wanted: tuple[str, ...]
    gone: tuple[str, ...]


def plan_keys(keys: Sequence[KeyAge], algorithms: frozenset[str], now_wall: float) -> KeyPlan:
    """Return which keys sign, for which algorithms a new one is wanted, and which may go."""
    signs: dict[str, str] = {}
    wanted: list[str] = []
    gone: list[str] = []
    for algorithm in sorted(algorithms | {key.algorithm for key in keys}):
        mine = sorted((key for key in keys if key.algorithm == algorithm), key=lambda key: key.made_at)
        if algorithm in algorithms and (not mine or now_wall >= mine[-1].made_at + ROTATE_SECONDS):
            wanted.append(algorithm)
        if not mine:
            continue
        known = [key for key in mine if now_wall >= key.made_at + AHEAD_SECONDS] or mine[:1]
        signs[algorithm] = known[-1].name
        for older, newer in pairwise(mine):
            if now_wall >= newer.made_at + AHEAD_SECONDS + LONGEST_TOKEN_SECONDS + _SLACK_SECONDS:
                gone.append(older.name)
    return KeyPlan(signs, tuple(wanted), tuple(gone))


def next_name(names: Sequence[str], algorithm: str) -> str:
    """Return the name of an algorithm's next key, so that two who make it at once find out."""
    numbers = [
        int(number)
        for name in names
        for kind, _, number in [name.partition(".")]
        if kind == algorithm and number.isdigit()
    ]
    return f"{algorithm}.{max(numbers, default=0) + 1:06d}"
