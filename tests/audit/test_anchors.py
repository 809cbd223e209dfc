"""Checkpoints in other hands."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit.anchors import Anchorer, AnchorFailed, CommandAnchor, FolderAnchor
from gateway.audit.checkpoint import Checkpoint, sign
from gateway.audit.disk import Disk

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


def a_note(size: int = 42) -> str:
    return sign(Checkpoint("deepseek-gateway.web1.0", size, bytes(32), "2026-11-27T06:14:10.000000Z", 1), KEY)


def test_a_folder_keeps_every_checkpoint(tmp_path: Path) -> None:
    """
    Each in a file of its own; one that is there is never replaced.
    """
    anchor = FolderAnchor(tmp_path, Disk())
    anchor.keep(a_note(1))
    anchor.keep(a_note(2))
    first = tmp_path / "deepseek-gateway.web1.0" / "000000000001.checkpoint"
    first.write_text("kept")

    anchor.keep(a_note(1))

    assert "kept" == first.read_text()
    assert a_note(2) == first.with_name("000000000002.checkpoint").read_text(encoding="utf-8")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """
    By the system's own word, and never made: it may be on a mount that is missing.
    """
    (tmp_path / "file").touch()

    for name, why in (("file", "Not a directory"), ("mount", "No such file")):
        with pytest.raises(AnchorFailed, match=why):
            FolderAnchor(tmp_path / name, Disk()).keep(a_note())
    assert not (tmp_path / "mount").exists()


def test_a_command_is_given_the_checkpoint(tmp_path: Path) -> None:
    """
    On its standard input, as it was signed.
    """
    CommandAnchor(f"cat > {tmp_path}/note").keep(a_note())

    assert a_note() == (tmp_path / "note").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("command", "seconds", "why"), [("exit 3", 5.0, "ended with 3"), ("sleep 5", 0.05, "longer than 0.05 s")]
)
def test_a_command_that_fails_or_hangs_is_told(command: str, seconds: float, why: str) -> None:
    """
    With the reason, and in time.
    """
    with pytest.raises(AnchorFailed, match=why):
        CommandAnchor(command, seconds).keep(a_note())


class PickyAnchor:
    """An anchor that refuses as long as it is told to."""

    name = "picky"

    def __init__(self) -> None:
        self.refuses = True
        self.kept: list[str] = []

    def keep(self, note: str) -> None:
        if self.refuses:
            raise AnchorFailed("no")
        self.kept.append(note)


def test_trouble_is_told_once_and_its_end_too() -> None:
    """
    The next checkpoint holds everything that the one missed would have.
    """
    anchor, told = PickyAnchor(), list[tuple[str, str | None]]()
    anchorer = Anchorer([anchor], on_trouble=lambda name, trouble: told.append((name, trouble)))
    for size in (1, 2):
        anchorer.offer(a_note(size))
        anchorer.deliver()
    troubled = set(anchorer.troubled)
    anchor.refuses = False
    anchorer.offer(a_note(3))
    anchorer.offer(a_note(4))

    anchorer.deliver()
    anchorer.deliver()

    assert [("picky", "no"), ("picky", None)] == told
    assert ({"picky"}, set()) == (troubled, anchorer.troubled)
    assert [a_note(4)] == anchor.kept


def test_the_last_checkpoint_is_handed_over_at_the_end() -> None:
    """
    Also when the thread had no time for it.
    """
    anchor = PickyAnchor()
    anchor.refuses = False
    anchorer = Anchorer([anchor], on_trouble=lambda *_: None)
    anchorer.start()
    anchorer.offer(a_note())

    anchorer.stop()

    assert [a_note()] == anchor.kept
