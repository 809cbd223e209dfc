"""Which log lay in which folder."""

from pathlib import Path

import pytest

from gateway.audit.known_logs import FILE, KnownLogs
from gateway.audit.layout import Layout
from gateway.foundation.state_folder import StateFolder, UnusableState


def a_log(folder: Path, origin: str = "deepseek-gateway.web1.5f0c2a71") -> Layout:
    """A folder with a log in it."""
    folder.mkdir(parents=True, exist_ok=True)
    layout = Layout(folder)
    layout.origin.write_text(f"{origin}\n", encoding="ascii")
    return layout


def some_logs(state: Path, *layouts: Layout) -> KnownLogs:
    """Remember these."""
    known = KnownLogs(StateFolder(state))
    for layout in layouts:
        known.demand(layout)
        known.keep(layout, layout.origin.read_text(encoding="ascii").strip())
    return KnownLogs(StateFolder(state))


def test_a_folder_that_lost_its_log_is_refused(tmp_path: Path) -> None:
    """
    As when its disk is not mounted; it is told which log is missed, and the way out.
    """
    layout = a_log(tmp_path / "state" / "audit")
    known = some_logs(tmp_path / "state", layout)
    known.demand(layout)
    layout.origin.unlink()

    with pytest.raises(UnusableState, match=r"5f0c2a71 was in .*no log is there now.*delete .*audit-logs"):
        known.demand(layout)
    (tmp_path / "state" / FILE).unlink()
    known.demand(layout)


def test_a_folder_with_another_log_is_refused(tmp_path: Path) -> None:
    """
    A wrong disk is noticed, and none is taken for another's.
    """
    first, second = a_log(tmp_path / "state" / "audit"), a_log(tmp_path / "second", "deepseek-gateway.web1.2")
    known = some_logs(tmp_path / "state", first, second)
    known.demand(first)
    known.demand(second)

    a_log(tmp_path / "second", "deepseek-gateway.web9.1")

    with pytest.raises(UnusableState, match=r"web9\.1 is there now"):
        known.demand(second)


def test_a_state_folder_may_be_moved(tmp_path: Path) -> None:
    """
    With the log in it; only one beside it is known by its whole path.
    """
    some_logs(tmp_path / "state", a_log(tmp_path / "state" / "audit"))
    (tmp_path / "state").rename(tmp_path / "moved")
    known, layout = KnownLogs(StateFolder(tmp_path / "moved")), Layout(tmp_path / "moved" / "audit")
    known.demand(layout)

    layout.origin.unlink()

    with pytest.raises(UnusableState):
        known.demand(layout)
