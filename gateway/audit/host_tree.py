"""
The log's own tree: its leaves are heads, and its root is what gets signed.

It is read from the disk when a process begins to sign. A tree that does not
hold what was signed before is not signed again: then somebody has changed the
past, and two checkpoints that contradict each other would hide it.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import msgspec

from gateway.audit.checkpoint import BadNote, Checkpoint, Head, encode_head, read_note
from gateway.audit.disk import Disk
from gateway.audit.layout import HEADS_IN_A_FILE, Layout
from gateway.audit.merkle import HASH_BYTES, Frontier, leaf_hash, root_of
from gateway.audit.packing import is_there, lines_in


class BrokenTree(Exception):
    """The heads on the disk are not those over which the newest checkpoint was signed."""


class HostTree:
    """The heads of one log, as they are on the disk, and how many checkpoints stand beside them."""

    def __init__(self, layout: Layout, disk: Disk) -> None:
        self._layout = layout
        self._disk = disk
        self._tree = Frontier()
        self.checkpoints = 0
        self.known: dict[str, int] = {}
        self.signed_time = ""
        self._listed: list[str] = []

    @property
    def size(self) -> int:
        """How many heads there are."""
        return self._tree.size

    def root(self) -> bytes:
        """Return the root over all heads."""
        return self._tree.root()

    def load(self, *, whole: bool = False) -> None:
        """
        Read what is there, without a torn end; raise `BrokenTree` if it is not what was signed.

        Of files that are full and not among the last, the root is remembered in a file
        beside them, so that a log of years is read in a moment; `known` then holds
        only later writers. A root that is wrong is found out by the newest checkpoint.
        `whole` reads everything and cuts nothing: for who does not sign, beside one who does.
        """
        for folder in (self._layout.heads(0).parent, self._layout.checkpoints(0).parent):
            self._disk.make_folder(folder)
        notes = self._kept_notes(cut=not whole)
        self._listed = [_note_in(line) for line in notes[-2:]]
        signed = _checkpoint_in(self._listed[-1]) if notes else None
        self.signed_time = "" if signed is None else signed.time
        self.known = {}
        first = 0 if whole else self._skip_full_files()
        if first == 0:
            self._tree = Frontier()
        agreed = signed is None or signed.size == 0
        for number in count(first):
            path = self._layout.heads(number * HEADS_IN_A_FILE)
            if not is_there(path):
                break
            for line in _lines_of(path, cut=not whole):
                self._tree.append(leaf_hash(line))
                self._note(line)
                if signed is not None and self._tree.size == signed.size:
                    agreed = self._tree.root() == signed.root
        if not agreed:
            raise BrokenTree

    def finish(self) -> None:
        """
        Make the last checkpoint the newest one where a process died before it could.

        Only for the one who signs. Otherwise a second death at the same place would
        leave a file that is two behind the list, which is what a rollback looks like.
        """
        path = self._layout.newest_checkpoint
        newest = path.read_text(encoding="utf-8", errors="replace") if path.exists() else None
        if self._listed and newest == (self._listed[0] if len(self._listed) > 1 else None):
            self._disk.replace(path, self._listed[-1].encode(), lasting=False)

    def add(self, heads: list[Head]) -> None:
        """Append these heads; they are on the disk on return."""
        for head in heads:
            index = self._tree.size
            line = encode_head(head)
            self._append(self._layout.heads(index), line, is_first=index % HEADS_IN_A_FILE == 0)
            self._tree.append(leaf_hash(line))
            self.known[head.writer] = head.records

    def keep(self, note: str, time: str) -> None:
        """Keep a checkpoint that was signed at this time, also as the newest one."""
        line = msgspec.json.encode({"note": note})
        index = self.checkpoints
        self._append(self._layout.checkpoints(index), line, is_first=index % HEADS_IN_A_FILE == 0)
        self._disk.replace(self._layout.newest_checkpoint, note.encode(), lasting=False)
        self.checkpoints += 1
        self.signed_time = time

    def _skip_full_files(self) -> int:
        """Begin the tree with the full files that are not the last but one; return how many."""
        number, top = 0, Frontier()
        while is_there(self._layout.heads((number + 2) * HEADS_IN_A_FILE)):
            top.append(self._root_of_full_file(self._layout.heads(number * HEADS_IN_A_FILE)))
            number += 1
        # Full subtrees of one size are to the tree what leaves are to a smaller one.
        self._tree = Frontier(number * HEADS_IN_A_FILE, top.peaks)
        return number

    def _root_of_full_file(self, path: Path) -> bytes:
        kept = path.with_suffix(".root")
        if kept.exists():
            root = kept.read_bytes()
            if len(root) == HASH_BYTES:
                return root
        lines = list(lines_in(path))
        if len(lines) != HEADS_IN_A_FILE:
            raise BrokenTree
        root = root_of([leaf_hash(line) for line in lines])
        self._disk.replace(kept, root)
        return root

    def _note(self, line: bytes) -> None:
        try:
            head = msgspec.json.decode(line, type=Head)
        except msgspec.MsgspecError as error:
            raise BrokenTree from error
        self.known[head.writer] = head.records

    def _append(self, path: os.PathLike[str], line: bytes, *, is_first: bool) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._disk.write(descriptor, line + b"\n")
            self._disk.sync(descriptor)
        finally:
            os.close(descriptor)
        if is_first:
            self._disk.sync_folder(self._layout.heads(0).parent)
            self._disk.sync_folder(self._layout.checkpoints(0).parent)

    def _kept_notes(self, *, cut: bool) -> list[bytes]:
        """Return the lines of the last file of checkpoints, and count those before."""
        number = 0
        while is_there(self._layout.checkpoints((number + 1) * HEADS_IN_A_FILE)):
            number += 1
        path = self._layout.checkpoints(number * HEADS_IN_A_FILE)
        lines = list(_lines_of(path, cut=cut)) if path.exists() else []
        self.checkpoints = number * HEADS_IN_A_FILE + len(lines)
        return lines


def _lines_of(path: Path, *, cut: bool) -> Iterator[bytes]:
    if cut:
        with suppress(FileNotFoundError):
            # One that is packed was whole.
            cut_torn_end(path)
    yield from lines_in(path)


def cut_torn_end(path: os.PathLike[str]) -> None:
    """Cut what follows the last line feed: a line that was being written when its process died."""
    with open(path, "rb+") as file:  # noqa: PTH123 - any path
        data = file.read()
        whole = data.rfind(b"\n") + 1
        if whole != len(data):
            file.truncate(whole)
            os.fsync(file.fileno())


def _note_in(line: bytes) -> str:
    try:
        return msgspec.json.decode(line, type=dict[str, str])["note"]
    except (msgspec.MsgspecError, KeyError) as error:
        raise BrokenTree from error


def _checkpoint_in(note: str) -> Checkpoint:
    try:
        return read_note(note)
    except BadNote as error:
        raise BrokenTree from error
