"""The one who turns outcomes into metrics."""

import threading

from gateway.foundation.clock import Clock
from gateway.telemetry.metrics import Metrics
from gateway.vocabulary.notice import Notice
from gateway.vocabulary.outcome import Outcome


class Observer:
    """Count every closed exchange and every notice."""

    def __init__(self, metrics: Metrics, clock: Clock) -> None:
        self._tallies = metrics.tallies
        self._notices = metrics.notices
        self._clock = clock
        self._lock = threading.Lock()

    def exchange_ended(self, outcome: Outcome) -> None:
        """Count one exchange, its tokens and its tries."""
        self._tallies.add(outcome, self._clock.wall())

    def noticed(self, notice: Notice) -> None:
        """Count one event by its kind; any thread may tell of one."""
        with self._lock:
            self._notices[notice.kind] = self._notices.get(notice.kind, 0) + 1
