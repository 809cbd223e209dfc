"""Books are exchanged whole, and changes of files are seen."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.policy.book import PolicyBook
from gateway.policy.compiler import compile_book
from gateway.policy.loader import load
from gateway.policy.servers import Surroundings
from gateway.policy.watcher import PolicyDesk, PolicyWatcher, take_snapshot
from gateway.vocabulary.notice import Notice
from gateway.vocabulary.outcome import Outcome
from tests.policy.folder import GOOD, a_folder


class Ear:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []

    def exchange_ended(self, outcome: Outcome) -> None:
        raise AssertionError(outcome)

    def noticed(self, notice: Notice) -> None:
        self.notices.append(notice)


def _desk(folder: Path, ear: Ear) -> PolicyDesk:
    def build() -> PolicyBook:
        return compile_book(load(folder, {}), Surroundings())

    return PolicyDesk(build(), build, [ear])


def test_good_documents_replace_the_book_whole(tmp_path: Path) -> None:
    """
    The new book lies on the desk, the old one is as it was, and everyone is told.
    """
    ear = Ear()
    desk = _desk(a_folder(tmp_path), ear)
    before = desk.book
    a_folder(tmp_path, plans__basic="plan: basic\nbody_limit_bytes: 4096\n")

    assert desk.reload()

    assert desk.book is not before
    assert (2048, 4096) == (before.plans["acme"].body_limit_bytes, desk.book.plans["acme"].body_limit_bytes)
    assert [
        Notice("policy.reloaded", {"version": desk.book.version, "previous": before.version})
    ] == ear.notices


def test_bad_documents_keep_the_book_and_are_loud(tmp_path: Path) -> None:
    """
    The old book stays, and the notice has every mistake with file and key.
    """
    ear = Ear()
    desk = _desk(a_folder(tmp_path), ear)
    before = desk.book
    a_folder(tmp_path, plans__basic="plan: basic\nbody: 5\n", tenants__bolt="tenant: bolt\n")

    assert not desk.reload()

    assert desk.book is before
    (notice,) = ear.notices
    assert ("policy.rejected", before.version, 3) == (
        notice.kind,
        notice.facts["kept"],
        notice.facts["count"],
    )
    assert "plans/basic.yaml: body: unknown key" in str(notice.facts["errors"])


def test_a_mended_document_is_taken_after_a_bad_one(tmp_path: Path) -> None:
    """
    A rejection is not the end of reloading.
    """
    ear = Ear()
    desk = _desk(a_folder(tmp_path), ear)
    a_folder(tmp_path, plans__basic="plan: [")
    desk.reload()
    a_folder(tmp_path)

    assert desk.reload()

    assert ["policy.rejected", "policy.reloaded"] == [notice.kind for notice in ear.notices]


def test_a_rejection_notice_stays_bounded(tmp_path: Path) -> None:
    """
    A folder full of mistakes is told by its number and its first twenty.
    """
    ear = Ear()
    desk = _desk(a_folder(tmp_path), ear)
    a_folder(tmp_path, models="models:\n" + "".join(f"  m{number}: 1\n" for number in range(50)))

    desk.reload()

    assert 50 == ear.notices[0].facts["count"]
    assert 20 == len(str(ear.notices[0].facts["errors"]).splitlines())


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
        lambda path: path.rename(path.with_name("other.yaml")),
        lambda path: path.with_name("new.yaml").write_text("plan: new\n"),
    ],
)
def test_every_kind_of_change_is_seen_once_it_has_settled(
    tmp_path: Path, change: Callable[[Path], object]
) -> None:
    """
    Written, swapped by a rename, deleted, renamed or added: reported once, one look after it was seen.
    """
    calls: list[int] = []
    folder = a_folder(tmp_path)
    watcher = PolicyWatcher(folder, lambda: calls.append(1))
    change(folder / "plans" / "basic.yaml")

    looks = [watcher.look() for _ in range(4)]

    assert [False, True, False, False] == looks
    assert [1] == calls


def test_a_file_that_is_still_being_written_is_not_reported(tmp_path: Path) -> None:
    """
    As long as every look finds something new, the change has not settled.
    """
    folder = a_folder(tmp_path)
    watcher = PolicyWatcher(folder, lambda: None)

    looks = []
    for _ in range(3):
        _append(folder / "models.yaml")
        looks.append(watcher.look())
    looks.append(watcher.look())

    assert [False, False, False, True] == looks


def test_a_change_that_was_taken_back_is_no_change(tmp_path: Path) -> None:
    """
    A file that comes and goes between two reports is nobody's business.
    """
    folder = a_folder(tmp_path)
    watcher = PolicyWatcher(folder, lambda: None)
    (folder / "plans" / "new.yaml").write_text("plan: new\n")
    watcher.look()
    (folder / "plans" / "new.yaml").unlink()

    assert [False, False] == [watcher.look(), watcher.look()]


def test_hidden_files_are_not_watched(tmp_path: Path) -> None:
    """
    An editor's swap file is no change of policy.
    """
    folder = a_folder(tmp_path)
    watcher = PolicyWatcher(folder, lambda: None)
    (folder / ".models.yaml.swp").write_text("x")
    (folder / "tenants" / ".acme.yaml").write_text("x")

    assert [False, False] == [watcher.look(), watcher.look()]


def _kubernetes_volume(path: Path) -> Path:
    """Lay out a folder as a Kubernetes volume does: links through `..data` to a dated folder."""
    a_folder(path / "..first")
    (path / "..data").symlink_to("..first")
    for file in GOOD:
        (path / file).parent.mkdir(exist_ok=True)
        up = "../" * file.count("/")
        (path / file).symlink_to(f"{up}..data/{file}")
    return path


def test_the_swap_of_a_kubernetes_volume_is_seen(tmp_path: Path) -> None:
    """
    All files change at once when `..data` is pointed to another folder.
    """
    ear = Ear()
    folder = _kubernetes_volume(tmp_path)
    desk = _desk(folder, ear)
    watcher = PolicyWatcher(folder, desk.reload)
    a_folder(folder / "..second", plans__basic="plan: basic\nbody_limit_bytes: 4096\n")
    (folder / "..new").symlink_to("..second")
    (folder / "..new").rename(folder / "..data")

    looks = [watcher.look(), watcher.look()]

    assert [False, True] == looks
    assert 4096 == desk.book.plans["acme"].body_limit_bytes


def test_a_folder_that_vanishes_is_a_change_and_keeps_the_book(tmp_path: Path) -> None:
    """
    Losing the whole folder is an expected event.
    """
    ear = Ear()
    folder = a_folder(tmp_path / "policies")
    desk = _desk(folder, ear)
    watcher = PolicyWatcher(folder, desk.reload)
    folder.rename(tmp_path / "elsewhere")

    looks = [watcher.look(), watcher.look()]

    assert [False, True] == looks
    assert ["policy.rejected"] == [notice.kind for notice in ear.notices]
    assert desk.book.has_tenant("acme")


def test_a_dangling_link_is_left_out_of_the_snapshot(tmp_path: Path) -> None:
    """
    A link in mid-swap does not break the look.
    """
    folder = a_folder(tmp_path)
    before = take_snapshot(folder)
    (folder / "tenants" / "gone.yaml").symlink_to(tmp_path / "nowhere")

    assert before == take_snapshot(folder)


def test_the_watcher_looks_by_itself_in_its_own_thread(tmp_path: Path) -> None:
    """
    Started, it reports a change without being asked, and not on our thread.
    """
    seen = threading.Event()
    threads: list[str] = []

    def note() -> None:
        threads.append(threading.current_thread().name)
        seen.set()

    folder = a_folder(tmp_path)
    watcher = PolicyWatcher(folder, note, every_seconds=0.005)
    watcher.start()
    _append(folder / "models.yaml")
    reported = seen.wait(10)
    watcher.stop()

    assert reported
    assert ["policy-watcher"] == threads


def test_a_failing_reload_does_not_end_the_watch(tmp_path: Path) -> None:
    """
    The fault is handed on, and the next change is seen.
    """
    faults: list[BaseException] = []
    seen = threading.Event()

    def fail() -> None:
        seen.set()
        raise RuntimeError("no")

    folder = a_folder(tmp_path)
    watcher = PolicyWatcher(folder, fail, every_seconds=0.005, on_error=faults.append)
    watcher.start()
    _append(folder / "models.yaml")
    assert seen.wait(10)
    seen.clear()
    _append(folder / "models.yaml")
    was_seen_again = seen.wait(10)
    watcher.stop()

    assert was_seen_again
    assert {"no"} == {str(fault) for fault in faults}
