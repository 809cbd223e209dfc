"""
Checkpoints in other hands: outside this machine nobody can sign a new past over them.

An anchor is given the newest checkpoint now and then, by a thread of its own, so
that one that hangs delays no record. A command gets the note on its standard
input; Git, mail, S3 Object Lock or a time-stamp service are one line of shell.
"""

import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from gateway.audit.checkpoint import read_note
from gateway.audit.disk import Disk

EVERY_SECONDS = 60.0
COMMAND_SECONDS = 30.0


class AnchorFailed(Exception):
    """An anchor did not take the checkpoint; the message says why, without its text."""


class Anchor(Protocol):
    """Somewhere outside the log."""

    name: str

    def keep(self, note: str) -> None:
        """Keep a signed checkpoint; raise `AnchorFailed`."""


class FolderAnchor:
    """
    Another folder, such as one on a mount of another machine: one file for each checkpoint, never replaced.

    It is never made: without its mount, checkpoints would lie on this machine, and nobody would know.
    """

    def __init__(self, folder: Path, disk: Disk) -> None:
        self.name = "folder"
        self._folder = folder
        self._disk = disk

    def keep(self, note: str) -> None:
        """Write the checkpoint as a file of its own."""
        checkpoint = read_note(note)
        path = self._folder / checkpoint.origin / f"{checkpoint.size:012d}.checkpoint"
        try:
            path.parent.mkdir(exist_ok=True)
            if not path.exists():
                self._disk.replace(path, note.encode())
        except OSError as error:
            raise AnchorFailed(error.strerror or type(error).__name__) from error


class CommandAnchor:
    """A command of the operator, run by the shell, with the checkpoint on its standard input."""

    def __init__(self, command: str, seconds: float = COMMAND_SECONDS) -> None:
        self.name = "command"
        self._command = command
        self._seconds = seconds

    def keep(self, note: str) -> None:
        """Run it; it has to end with 0 in time."""
        try:
            done = subprocess.run(  # noqa: S602 - the operator's own command line
                self._command,
                shell=True,
                input=note.encode(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=self._seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise AnchorFailed(f"it took longer than {self._seconds:g} s") from error
        except OSError as error:
            raise AnchorFailed(error.strerror or type(error).__name__) from error
        if done.returncode != 0:
            raise AnchorFailed(f"it ended with {done.returncode}")


class Anchorer:
    """
    Hand the newest checkpoint to every anchor, once in `every_seconds`; `offer` never waits.

    `troubled` are those that did not take the last one.
    """

    def __init__(
        self,
        anchors: Sequence[Anchor],
        *,
        every_seconds: float = EVERY_SECONDS,
        on_trouble: Callable[[str, str | None], None],
    ) -> None:
        self._anchors = anchors
        self._every_seconds = every_seconds
        self._on_trouble = on_trouble
        self._newest: str | None = None
        self.troubled: set[str] = set()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def offer(self, note: str) -> None:
        """Remember this as the newest checkpoint."""
        self._newest = note

    def start(self) -> None:
        """Begin to hand them over."""
        if self._anchors:
            self._thread = threading.Thread(target=self._run, name="audit-anchors", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Hand over the last one and end."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self.deliver()

    def deliver(self) -> None:
        """Hand the newest checkpoint to every anchor now, if there is one that they do not have."""
        note, self._newest = self._newest, None
        if note is None:
            return
        for anchor in self._anchors:
            try:
                anchor.keep(note)
            except AnchorFailed as failure:
                # The next one holds everything that this one would have.
                if anchor.name not in self.troubled:
                    self.troubled.add(anchor.name)
                    self._on_trouble(anchor.name, str(failure))
            else:
                if anchor.name in self.troubled:
                    self.troubled.discard(anchor.name)
                    self._on_trouble(anchor.name, None)

    def _run(self) -> None:
        while not self._stopping.wait(self._every_seconds):
            self.deliver()
