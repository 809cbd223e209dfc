"""
Who is passed over for a while: a pure decision, from what tries were told.

An upstream to which three connections in a row did not come about goes last
for ten seconds, so that not every request waits for it first. Then one
request looks whether it is back, and the others only when that is known. An
upstream is never left out: where there is no other, it is tried as ever.
"""

from collections.abc import Sequence

from gateway.upstreams.target import Target, Upstream

FAILURES_TO_REST = 3
REST_SECONDS = 10.0


class Breaker:
    """Remember who could not be connected to, in this process."""

    __slots__ = ("_failures", "_rests_until")

    def __init__(self) -> None:
        self._failures: dict[str, int] = {}
        self._rests_until: dict[str, float] = {}

    def order(self, targets: Sequence[Target], now: float) -> Sequence[Target]:
        """Return the targets, those that rest behind the others."""
        if not self._rests_until or len(targets) == 1:
            return targets
        resting = [target for target in targets if self._rests(target.upstream, now)]
        return [*(target for target in targets if target not in resting), *resting]

    def not_reached(self, upstream: Upstream, now: float) -> bool:
        """Hear that no connection to this upstream came about; return whether it rests from now on."""
        failures = self._failures[upstream.name] = self._failures.get(upstream.name, 0) + 1
        if failures >= FAILURES_TO_REST:
            self._rests_until[upstream.name] = now + REST_SECONDS
        return failures == FAILURES_TO_REST

    def reached(self, upstream: Upstream) -> bool:
        """Hear that there is a connection to this upstream; return whether it is back."""
        if not self._failures.pop(upstream.name, 0):
            return False
        return self._rests_until.pop(upstream.name, None) is not None

    def _rests(self, upstream: Upstream, now: float) -> bool:
        until = self._rests_until.get(upstream.name)
        if until is None:
            return False
        if now < until:
            return True
        # This one looks whether it is back; the next ones wait to hear of it.
        self._rests_until[upstream.name] = now + upstream.patience.connect_seconds
        return False
