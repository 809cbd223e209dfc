"""What a process says of itself is said once, in words or as an event."""

import io
import re

import orjson
import pytest

from gateway.telemetry.announcements import ANNOUNCEMENTS, Announcement, Announcer
from gateway.telemetry.notice_levels import LEVELS, NOTICES
from tests.house.tree import ROOT

_SAID = Announcement("worker.ended", "worker 1 ended", {"worker": 1, "code": -9})


class Terminal(io.StringIO):
    """A stream that a person looks at."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_on_a_terminal_it_is_words() -> None:
    """
    And nothing else, whatever the level.
    """
    stream = Terminal()

    Announcer(stream, "error").tell(_SAID)

    assert "worker 1 ended\n" == stream.getvalue()


def test_elsewhere_it_is_an_event() -> None:
    """
    With the words and with what programs look for, as loud as the list says.
    """
    stream = io.StringIO()

    Announcer(stream).tell(_SAID)

    event = orjson.loads(stream.getvalue())
    assert event.pop("timestamp")
    expected = {
        "event": "worker.ended",
        "level": "warning",
        "says": "worker 1 ended",
        "worker": 1,
        "code": -9,
    }
    assert expected == event


@pytest.mark.parametrize(("level", "is_written"), [("warning", True), ("error", False)])
def test_what_is_less_than_the_level_is_left_out(level: str, *, is_written: bool) -> None:
    """
    As of all other events.
    """
    stream = io.StringIO()

    Announcer(stream, level).tell(_SAID)  # type: ignore[arg-type] # one of the two above

    assert is_written == bool(stream.getvalue())


def test_all_that_is_said_is_listed_and_all_that_is_listed_is_said() -> None:
    """
    The words behind the dot stand in the files that say them.
    """
    sources = (
        "".join(
            (ROOT / path).read_text()
            for path in ("gateway/cli/serve.py", "gateway/cli/welcome.py", "gateway/supervisor/slot.py")
        )
        + (ROOT / "gateway/supervisor/supervisor.py").read_text()
    )
    said = set(re.findall(r'Announcement\(\s*"([a-z]+\.[a-z_]+)"', sources))
    said |= {f"gateway.{what}" for what in re.findall(r'_said\(\s*"([a-z_]+)"', sources)}
    said |= {f"worker.{what}" for what in re.findall(r'_(?:say|tell_of_all)\(\s*"([a-z_]+)"', sources)}

    assert set(ANNOUNCEMENTS) == said
    assert not ANNOUNCEMENTS.keys() & NOTICES.keys()
    assert {level for level, _ in ANNOUNCEMENTS.values()} <= set(LEVELS)
