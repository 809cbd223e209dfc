"""What an operator should know besides the exchanges."""

import io
import os

import orjson
import pytest

from gateway.foundation.spare_stream import SpareStream
from gateway.telemetry.event_log import EventLog
from gateway.telemetry.notice_levels import Level
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
        ("audit.broken", "error"),
        ("admin.refused", "warning"),
        ("nobody.knows", "warning"),
    ],
)
def test_a_notice_is_a_line_of_json(kind: str, level: str) -> None:
    """
    Its kind is the event and says how loud it is; one that is not known is not to be missed.
    """
    stream = io.StringIO()

    EventLog(stream).noticed(Notice(kind, {"version": "v2", "count": 3}))

    line = orjson.loads(stream.getvalue())
    assert (kind, level, "v2", 3) == (line["event"], line["level"], line["version"], line["count"])
    assert "timestamp" in line


@pytest.mark.parametrize(
    ("level", "told"),
    [
        ("debug", ["client.token_issued", "policy.reloaded", "policy.rejected", "audit.lost", "fault"]),
        ("info", ["policy.reloaded", "policy.rejected", "audit.lost", "fault"]),
        ("warning", ["policy.rejected", "audit.lost", "fault"]),
        ("error", ["audit.lost", "fault"]),
    ],
)
def test_what_is_less_than_the_level_is_left_out(level: Level, told: list[str]) -> None:
    """
    A fault is always told.
    """
    stream = io.StringIO()
    events = EventLog(stream, level)

    for kind in ("client.token_issued", "policy.reloaded", "policy.rejected", "audit.lost"):
        events.noticed(Notice(kind))
    events.failed(RuntimeError())

    assert told == [orjson.loads(line)["event"] for line in stream.getvalue().splitlines()]


def test_a_fault_at_a_request_names_it() -> None:
    """
    The access line of the same request says the rest; beside the requests there is none.
    """
    stream = io.StringIO()
    events = EventLog(stream)

    events.failed(RuntimeError(), "req_7")
    events.failed(RuntimeError())

    of_a_request, other = (orjson.loads(line) for line in stream.getvalue().splitlines())
    assert "req_7" == of_a_request["request_id"]
    assert "request_id" not in other


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


def test_a_rejection_with_many_mistakes_is_a_whole_line() -> None:
    """
    A pipe takes 4096 bytes at once; the end of a longer line, with its kind and level, was cut off.
    """
    reading, writing = os.pipe()
    mistakes = "\n".join(
        f"redaction/profile-{n}.yaml: entities.A: {'must be one of: ' * 20}" for n in range(20)
    )

    EventLog(SpareStream(writing)).noticed(Notice("policy.rejected", {"count": 20, "errors": mistakes}))

    line = orjson.loads(os.read(reading, 65536))
    assert ("policy.rejected", "warning", 20) == (line["event"], line["level"], line["count"])
    assert mistakes.startswith(line["errors"].removesuffix("..."))
    os.close(reading)
    os.close(writing)
