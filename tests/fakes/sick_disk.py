"""A disk that fails when it is told to."""

import errno
from pathlib import Path

from gateway.audit.disk import Disk


class SickDisk(Disk):
    """
    Fail from the next act on, until it is told that all is well.

    `full` writes half of what it is given before it fails, as a full disk does;
    `unsynced` loses faith at `fdatasync`.
    """

    def __init__(self) -> None:
        self.full = False
        self.unsynced = False
        self.free: int | None = None
        self.where: Path | None = None
        self.syncs = 0

    def open(self, path: Path, *, is_new: bool) -> int:
        """Open, if the disk is not full."""
        if self.full and self._is_ill(path):
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().open(path, is_new=is_new)

    def write(self, descriptor: int, data: bytes) -> None:
        """Write half, if the disk is full."""
        if self.full and self.where is None:
            super().write(descriptor, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """Sync, or say that it did not work."""
        self.syncs += 1
        if self.unsynced:
            raise OSError(errno.EIO, "Input/output error")
        super().sync(descriptor)

    def free_bytes(self, path: Path) -> int:
        """Say how much room is left."""
        return super().free_bytes(path) if self.free is None or not self._is_ill(path) else self.free

    def _is_ill(self, path: Path) -> bool:
        return self.where is None or path.is_relative_to(self.where)
