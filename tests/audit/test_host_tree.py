"""The log's own tree."""

from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit.checkpoint import Checkpoint, Head, encode_head, sign
from gateway.audit.disk import Disk
from gateway.audit.host_tree import BrokenTree, HostTree, cut_torn_end
from gateway.audit.layout import HEADS_IN_A_FILE, Layout
from gateway.audit.merkle import leaf_hash, root_of
from gateway.audit.packing import pack, packed

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
TIME = "2027-01-15T08:00:00.000000Z"


def a_head(number: int) -> Head:
    return Head(writer="web1-0-20270115T080000000000Z", records=number, root="", last="", time=TIME)


def a_tree(folder: Path) -> HostTree:
    tree = HostTree(Layout(folder), Disk())
    tree.load()
    return tree


def signed(folder: Path, heads: int = 3) -> HostTree:
    """A tree over which a checkpoint was signed."""
    tree = a_tree(folder)
    tree.add([a_head(number) for number in range(1, heads + 1)])
    tree.keep(sign(Checkpoint("o", tree.size, tree.root(), TIME, 1), KEY), TIME)
    return tree


def keep_several(folder: Path, count: int) -> list[str]:
    """Sign so many checkpoints, each over one head more."""
    tree, notes = a_tree(folder), []
    for number in range(1, count + 1):
        tree.add([a_head(number)])
        note = sign(Checkpoint("o", tree.size, tree.root(), TIME, 1), KEY)
        tree.keep(note, TIME)
        notes.append(note)
    return notes


def test_a_tree_is_read_back(tmp_path: Path) -> None:
    """
    With its root, what is known of each writer, and the number of checkpoints.
    """
    tree = signed(tmp_path)

    again = a_tree(tmp_path)

    assert (tree.size, tree.root(), tree.known) == (again.size, again.root(), again.known)
    assert 1 == again.checkpoints


@pytest.mark.parametrize(("kept", "newest"), [(1, None), (2, 0), (3, 1)])
def test_a_checkpoint_that_was_only_listed_is_made_the_newest(
    tmp_path: Path, kept: int, newest: int | None
) -> None:
    """
    Its process died between two writes; the next one to sign finishes that.
    """
    notes = keep_several(tmp_path, kept)
    path = Layout(tmp_path).newest_checkpoint
    path.unlink()
    if newest is not None:
        path.write_text(notes[newest])

    a_tree(tmp_path).finish()

    assert notes[-1] == path.read_text()


@pytest.mark.parametrize("newest", [None, 0, 2, "hello"])
def test_whatever_else_is_wrong_with_the_newest_is_left_for_the_verifier(
    tmp_path: Path, newest: int | str | None
) -> None:
    """
    No single death explains it.
    """
    notes = keep_several(tmp_path, 3)
    path = Layout(tmp_path).newest_checkpoint
    path.unlink()
    if newest is not None:
        path.write_text(notes[newest] if isinstance(newest, int) else newest)
    before = path.read_text() if path.exists() else None

    a_tree(tmp_path).finish()

    assert before == (path.read_text() if path.exists() else None)


def test_a_log_that_was_never_signed_has_nothing_to_finish(tmp_path: Path) -> None:
    """
    Nor a newest checkpoint.
    """
    a_tree(tmp_path).finish()

    assert not Layout(tmp_path).newest_checkpoint.exists()


@pytest.mark.parametrize("file", ["heads", "checkpoints"])
def test_a_torn_end_is_cut(tmp_path: Path, file: str) -> None:
    """
    A line that was being written when the process died is written again whole.
    """
    tree = signed(tmp_path)
    path = tmp_path / file / "00000000.jsonl"
    with path.open("ab") as log:
        log.write(b'{"writer":"we')

    again = a_tree(tmp_path)
    again.add([a_head(4)])
    again.keep(sign(Checkpoint("o", again.size, again.root(), TIME, 1), KEY), TIME)

    assert (tree.size + 1, 2) == (a_tree(tmp_path).size, a_tree(tmp_path).checkpoints)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b'"records":2', b'"records":9'),
        lambda data: b"".join(data.splitlines(keepends=True)[:2]),
        lambda _: b"",
        lambda data: b"nonsense\n" + data,
    ],
)
def test_a_past_that_was_changed_is_not_signed_again(tmp_path: Path, change: object) -> None:
    """
    Heads that are edited, cut off or added under a signed checkpoint.
    """
    signed(tmp_path)
    path = tmp_path / "heads" / "00000000.jsonl"
    path.write_bytes(change(path.read_bytes()))  # type: ignore[operator]

    with pytest.raises(BrokenTree):
        a_tree(tmp_path)


def test_a_checkpoint_that_cannot_be_read_is_no_reason_to_sign(tmp_path: Path) -> None:
    """
    Nobody knows what it said.
    """
    signed(tmp_path)
    (tmp_path / "checkpoints" / "00000000.jsonl").write_bytes(b"{}\n")

    with pytest.raises(BrokenTree):
        a_tree(tmp_path)


def test_whole_files_are_not_cut(tmp_path: Path) -> None:
    """
    Byte for byte as they were.
    """
    path = tmp_path / "lines"
    path.write_bytes(b"one\ntwo\n")

    cut_torn_end(path)

    assert b"one\ntwo\n" == path.read_bytes()


@pytest.mark.slow
def test_a_log_of_years_is_not_read_whole(tmp_path: Path) -> None:
    """
    Full files are remembered by their root, with the same tree; a root that is wrong is found out.
    """
    folder = tmp_path / "heads"
    folder.mkdir()
    lines = [encode_head(a_head(number)) for number in range(1, 3 * HEADS_IN_A_FILE + 6)]
    for number in range(4):
        part = lines[number * HEADS_IN_A_FILE : (number + 1) * HEADS_IN_A_FILE]
        (folder / f"{number:08d}.jsonl").write_bytes(b"".join(line + b"\n" for line in part))
    root = root_of([leaf_hash(line) for line in lines])
    (tmp_path / "checkpoints").mkdir()
    note = sign(Checkpoint("o", len(lines), root, TIME, 1), KEY)
    (tmp_path / "checkpoints" / "00000000.jsonl").write_bytes(msgspec.json.encode({"note": note}) + b"\n")

    first, second = a_tree(tmp_path), a_tree(tmp_path)

    assert root == first.root() == second.root()
    assert ["00000000.root", "00000001.root"] == [path.name for path in sorted(folder.glob("*.root"))]
    (folder / "00000000.root").write_bytes(bytes(32))
    with pytest.raises(BrokenTree):
        a_tree(tmp_path)
    for path in folder.glob("*.root"):
        path.unlink()
    assert 3 == pack(Layout(tmp_path), Disk())
    for is_whole in (True, False):
        tree = HostTree(Layout(tmp_path), Disk())
        tree.load(whole=is_whole)
        assert root == tree.root()
    packed(folder / "00000002.jsonl").write_bytes(b"hello")
    with pytest.raises(BrokenTree):
        a_tree(tmp_path)
