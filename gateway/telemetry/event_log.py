"""What an operator should know besides the exchanges: one structlog line each."""

import sys
import traceback
from collections.abc import Mapping
from typing import Any, TextIO, cast

import structlog

from gateway.foundation.spare_stream import LONGEST_LINE, SpareStream
from gateway.telemetry.fitting_json import FittingJson
from gateway.telemetry.notice_levels import LEVELS, Level, level_of
from gateway.vocabulary.notice import Notice
from gateway.vocabulary.outcome import Outcome

_DEBUG = 10


class EventLog:
    """
    Write notices and faults: readable on a terminal, JSON elsewhere.

    What is less than `level` is left out. Of a fault it keeps the kind and the
    places in our own code, never its text, which may quote what a caller sent.
    """

    def __init__(self, stream: TextIO | SpareStream = sys.stderr, level: Level = "info") -> None:
        self._logger: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
            structlog.PrintLogger(cast("TextIO", stream)),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                _renderer(stream),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(_DEBUG * (LEVELS.index(level) + 1)),
        )

    def exchange_ended(self, outcome: Outcome) -> None:
        """Exchanges have a log of their own."""

    def noticed(self, notice: Notice) -> None:
        """Write one notice, as loud as its kind is (`notice_levels`)."""
        getattr(self._logger, level_of(notice.kind))(notice.kind, **notice.facts)

    def announced(self, level: Level, kind: str, facts: Mapping[str, Any]) -> None:
        """Write what the process says of itself."""
        getattr(self._logger, level)(kind, **facts)

    def failed(self, error: BaseException, request_id: str | None = None) -> None:
        """Write that the gateway itself failed, where, and at which request if it was one."""
        about = {} if request_id is None else {"request_id": request_id}
        self._logger.error("fault", error=type(error).__name__, places=_places(error), **about)

    def overheard(self, name: str, place: str, error: BaseException | None) -> None:
        """Write that a library or the interpreter said something, and where, but not what."""
        about = {} if error is None else {"error": type(error).__name__, "places": _places(error)}
        self._logger.warning("overheard", who=name, place=place, **about)


def _renderer(stream: TextIO | SpareStream) -> structlog.typing.Processor:
    if stream.isatty():
        return structlog.dev.ConsoleRenderer()
    if isinstance(stream, SpareStream):
        return FittingJson(LONGEST_LINE)
    return structlog.processors.JSONRenderer()


def _places(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename.rpartition('gateway/')[2]}:{frame.lineno} {frame.name}" for frame in frames][
        -8:
    ]
