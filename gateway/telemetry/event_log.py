"""What an operator should know besides the exchanges: one structlog line each."""

import sys
import traceback
from typing import TextIO, cast

import structlog

from gateway.foundation.spare_stream import SpareStream
from gateway.vocabulary.notice import Notice
from gateway.vocabulary.outcome import Outcome

_WARNINGS = (".rejected", ".failed", ".lost", ".degraded", ".broken", ".refused", "_refused", ".unavailable")


class EventLog:
    """
    Write notices and faults: readable on a terminal, JSON elsewhere.

    Of a fault it keeps the kind and the places in our own code, never its
    text, which may quote what a caller sent.
    """

    def __init__(self, stream: TextIO | SpareStream = sys.stderr) -> None:
        renderer: structlog.typing.Processor = (
            structlog.dev.ConsoleRenderer() if stream.isatty() else structlog.processors.JSONRenderer()
        )
        self._logger: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
            structlog.PrintLogger(cast("TextIO", stream)),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                renderer,
            ],
            wrapper_class=structlog.make_filtering_bound_logger(20),
        )

    def exchange_ended(self, outcome: Outcome) -> None:
        """Exchanges have a log of their own."""

    def noticed(self, notice: Notice) -> None:
        """Write one notice; a rejected or failed thing is a warning."""
        is_bad = notice.kind.endswith(_WARNINGS)
        (self._logger.warning if is_bad else self._logger.info)(notice.kind, **notice.facts)

    def failed(self, error: BaseException) -> None:
        """Write that the gateway itself failed, and where."""
        self._logger.error("fault", error=type(error).__name__, places=_places(error))

    def overheard(self, name: str, place: str, error: BaseException | None) -> None:
        """Write that a library or the interpreter said something, and where, but not what."""
        about = {} if error is None else {"error": type(error).__name__, "places": _places(error)}
        self._logger.warning("overheard", who=name, place=place, **about)


def _places(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename.rpartition('gateway/')[2]}:{frame.lineno} {frame.name}" for frame in frames][
        -8:
    ]
