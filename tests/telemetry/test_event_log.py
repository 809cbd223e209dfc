"""What an operator should know besides the exchanges."""

import io

import orjson
import pytest

from gateway.telemetry.event_log import EventLog
from gateway.vocabulary.notice import Notice
from tests.fakes.builders import an_outcome


class Terminal(io.StringIO):
    """A stream that a person looks at."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        ("policy.reloaded", "info"),
        ("policy.rejected", "warning"),
        ("log.lost", "warning"),
        ("audit.broken", "warning"),
        ("admin.refused", "warning"),
        ("client.token_refused", "warning"),
        ("issuer.unavailable", "warning"),
        ("probe.failed", "warning"),
    ],
)
def test_a_notice_is_a_line_of_json(kind: str, level: str) -> None:
    """
    Its kind is the event; what is rejected, failed or lost is a warning.
    """
    stream = io.StringIO()

    EventLog(stream).noticed(Notice(kind, {"version": "v2", "count": 3}))

    line = orjson.loads(stream.getvalue())
    assert (kind, level, "v2", 3) == (line["event"], line["level"], line["version"], line["count"])
    assert "timestamp" in line


def test_on_a_terminal_a_notice_is_readable() -> None:
    """
    Words, not JSON.
    """
    terminal = Terminal()

    EventLog(terminal).noticed(Notice("policy.reloaded", {"version": "v2"}))

    assert "policy.reloaded" in terminal.getvalue()
    assert not terminal.getvalue().startswith("{")


def test_of_a_fault_only_kind_and_places_are_written() -> None:
    """
    Its text may quote what a caller sent.
    """
    stream = io.StringIO()

    with pytest.raises(ValueError, match="private words") as caught:
        int("private words")

    EventLog(stream).failed(caught.value)

    line = orjson.loads(stream.getvalue())
    assert ("fault", "error", "ValueError") == (line["event"], line["level"], line["error"])
    assert line["places"][-1].endswith(" test_of_a_fault_only_kind_and_places_are_written")
    assert "private" not in stream.getvalue()


def test_a_deep_fault_names_its_last_places() -> None:
    """
    A recursion does not fill the log.
    """
    stream = io.StringIO()

    def fall(depth: int) -> None:
        if not depth:
            raise RuntimeError
        fall(depth - 1)

    try:
        fall(100)
    except RuntimeError as error:
        EventLog(stream).failed(error)

    assert 8 == len(orjson.loads(stream.getvalue())["places"])


def test_exchanges_are_not_its_business() -> None:
    """
    They have a log of their own.
    """
    stream = io.StringIO()

    EventLog(stream).exchange_ended(an_outcome())

    assert "" == stream.getvalue()
