"""The disk under a log, in one place: what can fail, and what has to be asked for."""

import fcntl
import os
from pathlib import Path

_MODE = 0o600


class Disk:
    """Bytes into files; every act raises `OSError`, and none is tried twice."""

    def make_folder(self, path: Path) -> None:
        """Make a folder for its owner alone, and let its name last."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.sync_folder(path.parent)

    def open(self, path: Path, *, is_new: bool) -> int:
        """Open a file to write at its end."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        return os.open(path, flags | os.O_EXCL if is_new else flags, _MODE)

    def write(self, descriptor: int, data: bytes) -> None:
        """Write all of it, in as many pieces as it takes."""
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]

    def sync(self, descriptor: int) -> None:
        """Return when everything written is on the disk."""
        os.fdatasync(descriptor)

    def sync_folder(self, path: Path) -> None:
        """Return when the names in a folder are on the disk."""
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def replace(self, path: Path, data: bytes, *, lasting: bool = True) -> None:
        """Write a small file whole: afterwards the old or the new one is there."""
        draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _MODE)
        try:
            self.write(descriptor, data)
            if lasting:
                self.sync(descriptor)
        finally:
            os.close(descriptor)
        draft.replace(path)
        if lasting:
            self.sync_folder(path.parent)

    def free_bytes(self, path: Path) -> int:
        """Return how much room an ordinary user has left there."""
        found = os.statvfs(path)
        return found.f_bavail * found.f_frsize


class HeldLock:
    """A file that one process holds for as long as it lives."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        """Let others have it."""
        os.close(self._descriptor)


def try_lock(path: Path) -> HeldLock | None:
    """Hold this file, or return None if another process does."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return HeldLock(descriptor)
