"""Books are exchanged whole, and changes of files are seen."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.policy.book import PolicyBook
from gateway.policy.compiler import compile_book
from gateway.policy.errors import PolicyError, PolicyUndecided
from gateway.policy.loader import load
from gateway.policy.servers import Surroundings
from gateway.policy.watcher import PolicyDesk, PolicyWatcher
from gateway.vocabulary.notice import Notice
from gateway.vocabulary.outcome import Outcome
from tests.policy.folder import GOOD, a_folder


class Ear:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self.faults: list[BaseException] = []

    def exchange_ended(self, outcome: Outcome) -> None:
        raise AssertionError(outcome)

    def noticed(self, notice: Notice) -> None:
        self.notices.append(notice)


def _desk(folder: Path, ear: Ear) -> PolicyDesk:
    def build() -> PolicyBook:
        return compile_book(load(folder, {}), Surroundings())

    return PolicyDesk(build(), build, [ear], on_error=ear.faults.append)


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


def test_a_fault_of_ours_counts_as_a_rejection(tmp_path: Path) -> None:
    """
    The old book stays, the alert has something to see, and what the fault says is quoted nowhere.
    """
    ear = Ear()
    desk = _desk(a_folder(tmp_path), ear)
    before, good, fault = desk.book, desk._build, TypeError("sk-secret")

    def build() -> PolicyBook:
        raise fault

    desk._build = build
    is_taken = desk.reload()
    desk._build = good

    assert (False, before) == (is_taken, desk.book)
    assert [fault] == ear.faults
    assert ["policy.rejected"] == [notice.kind for notice in ear.notices]
    assert "a fault of the gateway (TypeError)" in str(ear.notices[0].facts["errors"])
    assert "sk-secret" not in str(ear.notices)
    assert desk.reload()


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


def test_good_documents_that_could_not_be_taken_are_tried_again(tmp_path: Path) -> None:
    """
    When the state store is back they are taken; that it was away is told once.
    """
    ear = Ear()
    desk = _desk(a_folder(tmp_path), ear)
    is_away, good = [True], desk._build

    def build() -> PolicyBook:
        if is_away[0]:
            raise PolicyUndecided([PolicyError("tenants/", "", "cannot have their keys")])
        return good()

    desk._build = build
    watcher = PolicyWatcher(tmp_path, desk.reload, is_undecided=lambda: desk.is_undecided)
    a_folder(tmp_path, plans__basic="plan: basic\nbody_limit_bytes: 4096\n")
    tried = [watcher.look() for _ in range(12)]
    is_away[0] = False
    tried_later = [watcher.look() for _ in range(12)]

    assert (3, 1) == (sum(tried), sum(tried_later))
    assert ["policy.rejected", "policy.reloaded"] == [notice.kind for notice in ear.notices]
    assert 4096 == desk.book.plans["acme"].body_limit_bytes


def test_bad_documents_are_not_tried_again(tmp_path: Path) -> None:
    """
    They are as bad a minute later.
    """
    ear = Ear()
    desk = _desk(a_folder(tmp_path), ear)
    watcher = PolicyWatcher(tmp_path, desk.reload, is_undecided=lambda: desk.is_undecided)
    a_folder(tmp_path, plans__basic="plan: [")

    assert 1 == sum(watcher.look() for _ in range(12))
    assert 1 == len(ear.notices)


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


def _change(path: Path) -> None:
    with path.open("a") as file:
        file.write("# more\n")


@pytest.mark.parametrize(
    "change",
    [
        _change,
        Path.unlink,
        lambda path: path.rename(path.with_name("other.yaml")),
        lambda path: path.with_name("new.yaml").write_text("plan: new\n"),
    ],
)
def test_a_change_in_the_folder_is_seen_once_it_has_settled(
    tmp_path: Path, change: Callable[[Path], object]
) -> None:
    """
    Written, deleted, renamed or added: reported once, one look after it was seen.
    """
    calls: list[int] = []
    folder = a_folder(tmp_path)
    watcher = PolicyWatcher(folder, lambda: calls.append(1))
    change(folder / "plans" / "basic.yaml")

    looks = [watcher.look() for _ in range(4)]

    assert [False, True, False, False] == looks
    assert [1] == calls


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
