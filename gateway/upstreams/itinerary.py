"""
Which upstream is tried next, and when: a pure decision.

The rules, in order:

1. Nothing goes to a target that the clearance does not permit.
2. A failed target hands over to the next one that was not tried yet, at once,
   if the failure says that another may do better.
3. When every target was tried, those whose failure may pass are tried again in
   their order, after an exponential back-off with full jitter, or after the
   `Retry-After` that they asked for.
4. Attempts and the whole time are bounded; a wait that would end after the
   time is up is not begun, and its target loses its turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from gateway.upstreams.target import Target
from gateway.vocabulary.residency import Clearance

_FIRST_BACKOFF_SECONDS = 0.5
_LONGEST_BACKOFF_SECONDS = 8.0
# Bound once: in Python 3.11 a look-up through the enum's class costs six times a global.
_EXTERNAL = Clearance.EXTERNAL


@dataclass(frozen=True, slots=True)
class Retry:
    """How much patience a route has: attempts in all, and seconds in which a new one may start."""

    attempts: int = 3
    seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Setback:
    """What a failed attempt leaves for the decision."""

    position: int
    retry_here: bool
    try_next: bool
    retry_after: float | None


class Leg(msgspec.Struct, frozen=True):
    """The next attempt: which target, after how many seconds."""

    position: int
    target: Target
    delay_seconds: float


def permitted(targets: Sequence[Target], clearance: Clearance) -> tuple[Target, ...]:
    """Return the targets that a request of this clearance may reach, in their order."""
    if clearance is _EXTERNAL:
        return tuple(targets)
    return tuple(target for target in targets if clearance.permits(target.upstream.residency))


def next_leg(
    targets: Sequence[Target],
    setbacks: Sequence[Setback],
    retry: Retry,
    *,
    elapsed_seconds: float,
    jitter: float,
) -> Leg | None:
    """
    Return the next leg, or None when the last failure is the answer.

    `targets` are the permitted ones; `jitter` is a random number from 0 to 1.
    """
    if not setbacks:
        return Leg(0, targets[0], 0.0) if targets else None
    if len(setbacks) >= retry.attempts or elapsed_seconds >= retry.seconds:
        return None
    tried = {setback.position for setback in setbacks}
    if setbacks[-1].try_next:
        for position, target in enumerate(targets):
            if position not in tried:
                return Leg(position, target, 0.0)
    return _second_try(targets, setbacks, retry, elapsed_seconds=elapsed_seconds, jitter=jitter)


def _second_try(
    targets: Sequence[Target],
    setbacks: Sequence[Setback],
    retry: Retry,
    *,
    elapsed_seconds: float,
    jitter: float,
) -> Leg | None:
    """Go back to a target whose failure may have passed in time: the one tried least, then the first."""
    if not setbacks[-1].retry_here and not setbacks[-1].try_next:
        return None
    latest = {setback.position: setback for setback in setbacks}
    counts = {position: sum(s.position == position for s in setbacks) for position in latest}
    hopeful = [position for position, setback in latest.items() if setback.retry_here]
    for position in sorted(hopeful, key=lambda candidate: (counts[candidate], candidate)):
        backoff = min(_LONGEST_BACKOFF_SECONDS, _FIRST_BACKOFF_SECONDS * 2 ** (counts[position] - 1))
        asked = latest[position].retry_after
        delay = backoff * jitter if asked is None else asked + backoff * jitter * 0.1
        if elapsed_seconds + delay <= retry.seconds:
            return Leg(position, targets[position], delay)
    return None
