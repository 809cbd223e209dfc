"""What libraries, warnings and threads have to say, in the form of our own events."""

import logging
import sys
import threading
import warnings
from collections.abc import Callable
from typing import Any, Protocol, TextIO


class Events(Protocol):
    """One who writes events down."""

    def failed(self, error: BaseException) -> None:
        """Write that something failed, and where."""

    def overheard(self, name: str, place: str, error: BaseException | None) -> None:
        """Write that a library said something, and where."""


class OtherVoices(logging.Handler):
    """
    Tell who spoke and where, and never what was said.

    A library's message may quote what a caller sent: asyncio writes the
    arguments of a callback that failed into it.
    """

    def __init__(self, events: Events) -> None:
        super().__init__(logging.WARNING)
        self._events = events

    def emit(self, record: logging.LogRecord) -> None:
        """Tell of one message of a library."""
        error = record.exc_info[1] if record.exc_info else None
        self._events.overheard(record.name, f"{record.filename}:{record.lineno} {record.funcName}", error)

    def warn(  # noqa: PLR0917 - the signature of `warnings.showwarning`
        self,
        message: Warning | str,  # noqa: ARG002 - what was said is not told
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,  # noqa: ARG002 - as above
        line: str | None = None,  # noqa: ARG002 - as above
    ) -> None:
        """Tell of one warning of the interpreter."""
        self._events.overheard(category.__name__, f"{filename.rpartition('/')[2]}:{lineno}", None)


def overhear(events: Events) -> None:
    """Let nobody in this process write to standard error on their own; for a process that is all ours."""
    voices = OtherVoices(events)
    root = logging.getLogger()
    root.handlers[:] = [voices]
    warnings.showwarning = voices.warn
    threading.excepthook = _telling(events)
    sys.unraisablehook = _telling(events)
    # The last words of a process that an error ends.
    sys.excepthook = lambda _kind, error, _trace: events.failed(error)


def _telling(events: Events) -> Callable[[Any], None]:
    def tell(failure: Any) -> None:
        if failure.exc_value is not None:
            events.failed(failure.exc_value)

    return tell
