"""Changes of files are seen, whatever writes them."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.foundation.file_watcher import FileWatcher, take_snapshot


def a_file(folder: Path) -> Path:
    """Write the file that is watched."""
    path = folder / "watched.txt"
    path.write_text("size: 2048\n")
    return path


def a_watcher(path: Path, on_change: Callable[[], object] = lambda: None) -> FileWatcher:
    """Watch this file and one beside it."""
    return FileWatcher(lambda: [path, path.with_name("new.txt")], on_change)


def _append(path: Path) -> None:
    with path.open("a") as file:
        file.write("# more\n")


def _replace_unseen(path: Path) -> None:
    """Swap in a file of the same size and time, as some editors and tools do."""
    times = path.stat()
    other = path.with_name(".swap")
    other.write_text(path.read_text().replace("2048", "4096"))
    os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
    other.rename(path)


def _touch_same_size(path: Path) -> None:
    text = path.read_text()
    path.write_text(text.replace("2048", "4096"))
    os.utime(path, ns=(1, 1))


@pytest.mark.parametrize(
    "change",
    [
        _append,
        _replace_unseen,
        _touch_same_size,
        Path.unlink,
        lambda path: path.rename(path.with_name("other.txt")),
        lambda path: path.with_name("new.txt").write_text("new\n"),
        lambda path: path.chmod(0o600 if path.stat().st_mode & 0o077 else 0o644),
    ],
)
def test_every_kind_of_change_is_seen_once_it_has_settled(
    tmp_path: Path, change: Callable[[Path], object]
) -> None:
    """
    Written, swapped by a rename, deleted, renamed, added, lent: reported once, one look after it was seen.
    """
    calls: list[int] = []
    path = a_file(tmp_path)
    watcher = a_watcher(path, lambda: calls.append(1))
    change(path)

    looks = [watcher.look() for _ in range(4)]

    assert [False, True, False, False] == looks
    assert [1] == calls


def test_a_file_that_is_still_being_written_is_not_reported(tmp_path: Path) -> None:
    """
    As long as every look finds something new, the change has not settled.
    """
    path = a_file(tmp_path)
    watcher = a_watcher(path)

    looks = []
    for _ in range(3):
        _append(path)
        looks.append(watcher.look())
    looks.append(watcher.look())

    assert [False, False, False, True] == looks


def test_a_change_that_was_taken_back_is_no_change(tmp_path: Path) -> None:
    """
    A file that comes and goes between two reports is nobody's business.
    """
    path = a_file(tmp_path)
    watcher = a_watcher(path)
    path.with_name("new.txt").write_text("new\n")
    watcher.look()
    path.with_name("new.txt").unlink()

    assert [False, False] == [watcher.look(), watcher.look()]


def test_a_dangling_link_is_left_out_of_the_snapshot(tmp_path: Path) -> None:
    """
    A link in mid-swap does not break the look.
    """
    path, link = a_file(tmp_path), tmp_path / "link.txt"
    link.symlink_to(tmp_path / "nowhere")

    assert take_snapshot([path]) == take_snapshot([path, link])


def test_what_is_undecided_is_reported_again_without_a_change(tmp_path: Path) -> None:
    """
    Every few looks, and no more once it is decided.
    """
    file = tmp_path / "a"
    file.write_text("1")
    undecided = [True]
    watcher = FileWatcher(lambda: [file], lambda: None, is_undecided=lambda: undecided[0])

    looks = [watcher.look() for _ in range(12)]
    undecided[0] = False
    later = [watcher.look() for _ in range(12)]

    assert (2, 0) == (sum(looks), sum(later))


def test_the_watcher_looks_by_itself_in_its_own_thread(tmp_path: Path) -> None:
    """
    Started, it reports a change without being asked, and not on our thread.
    """
    seen = threading.Event()
    threads: list[str] = []

    def note() -> None:
        threads.append(threading.current_thread().name)
        seen.set()

    path = a_file(tmp_path)
    watcher = FileWatcher(lambda: [path], note, every_seconds=0.005)
    watcher.start()
    _append(path)
    reported = seen.wait(10)
    watcher.stop()

    assert reported
    assert ["file-watcher"] == threads


def test_a_failing_report_does_not_end_the_watch(tmp_path: Path) -> None:
    """
    The fault is handed on, and the next change is seen.
    """
    faults: list[BaseException] = []
    seen = threading.Event()

    def fail() -> None:
        seen.set()
        raise RuntimeError("no")

    path = a_file(tmp_path)
    watcher = FileWatcher(lambda: [path], fail, every_seconds=0.005, on_error=faults.append)
    watcher.start()
    _append(path)
    assert seen.wait(10)
    seen.clear()
    _append(path)
    was_seen_again = seen.wait(10)
    watcher.stop()

    assert was_seen_again
    assert {"no"} == {str(fault) for fault in faults}
