"""
What a process says of itself: when it starts, changes its workers, and ends.

On a terminal in words, elsewhere as events like all others, with the same
words in `says`. docs/logging.md shows the list, and a test holds the sources
to it. Nothing secret is announced.
"""

import sys
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol, TextIO

from gateway.foundation.spare_stream import SpareStream
from gateway.telemetry.event_log import EventLog
from gateway.telemetry.notice_levels import Level

ANNOUNCEMENTS: dict[str, tuple[Level, str]] = {
    "gateway.cannot_start": (
        "error",
        "The process ends: a setting, a policy or something it needs is not fit.",
    ),
    "gateway.listening": ("info", "Callers may connect (`url`)."),
    "gateway.certificate": ("info", "Which certificate they are shown."),
    "gateway.policy": (
        "info",
        "Which policies are in force (`policy`), and where requests go (`upstreams`).",
    ),
    "gateway.upstream_silent": ("warning", "An upstream that is only used when it answers did not."),
    "gateway.setting_unknown": (
        "warning",
        "A variable looks like a setting, and this version knows none such.",
    ),
    "gateway.simulated": ("info", "The demo is answered by the built-in simulator."),
    "gateway.key_kept": ("info", "The demo key was shown at an earlier start."),
    "gateway.not_replaced": (
        "warning",
        "SIGUSR2 came to a gateway without workers; it goes on as it is.",
    ),
    "gateway.stopping": ("info", "No new callers; what runs may finish."),
    "worker.serving": ("info", "All workers serve (`workers`)."),
    "worker.replaced": ("info", "All workers were replaced (`workers`)."),
    "worker.ended": ("warning", "A worker died; another takes its place (`pause_seconds`)."),
    "worker.not_ready": ("warning", "A new worker did not become ready; the old one goes on."),
    "worker.killed": ("warning", "A worker did not stop in time."),
    "worker.stuck": ("error", "The event loop of a worker answered nothing for a minute; it is killed."),
    "worker.not_started": ("error", "The system gives no process for a worker."),
    "supervisor.failed": ("error", "The supervisor made a mistake: report it."),
}


class Announcement(NamedTuple):
    """One thing to say: what it is, in words for people, and what programs look for."""

    kind: str
    text: str
    facts: Mapping[str, Any]


class Announces(Protocol):
    """Whoever is told."""

    def __call__(self, said: Announcement) -> None:
        """Tell it on."""


class Announcer:
    """Tell announcements, what is less than `level` only where a person looks."""

    def __init__(self, stream: TextIO | SpareStream = sys.stderr, level: Level = "info") -> None:
        self._stream = stream
        self._events = EventLog(stream, level)

    def tell(self, said: Announcement) -> None:
        """Write it down."""
        if self._stream.isatty():
            self._stream.write(said.text + "\n")
            self._stream.flush()
        else:
            level, _ = ANNOUNCEMENTS[said.kind]
            self._events.announced(level, said.kind, {"says": said.text, **said.facts})
