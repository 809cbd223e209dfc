"""Who tells the operator that a log lost lines."""

from gateway.telemetry.event_log import EventLog
from gateway.vocabulary.notice import Notice


class LossTeller:
    """Tell the operator that a log lost lines."""

    def __init__(self, name: str, events: EventLog) -> None:
        self._name = name
        self._events = events

    def __call__(self, reason: str) -> None:
        """Write the reason."""
        self._events.noticed(Notice("log.lost", {"log": self._name, "reason": reason}))
