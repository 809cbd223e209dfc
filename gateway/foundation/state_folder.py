"""What has to last on one machine."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class UnusableState(Exception):
    """The state folder, or a file in it, cannot be used; the message says what to do."""


class StateFolder:
    """
    The folder `GATEWAY_STATE_DIR`: small files, readable by their owner alone.

    A file that is there but cannot be read is an error, never a reason to
    make a new one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise UnusableState(
                f"The state folder {path} cannot be made ({error.strerror}). "
                "Name a writable folder in GATEWAY_STATE_DIR."
            ) from error

    def read(self, name: str) -> dict[str, str] | None:
        """Return what was written under this name, or None if nothing was."""
        path = self.path / name
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise UnusableState(
                f"{path} cannot be read. Restore it from a backup, or delete it to begin anew."
            ) from error
        if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
            raise UnusableState(f"{path} is damaged. Restore it from a backup, or delete it to begin anew.")
        return content

    def write(self, name: str, content: dict[str, str]) -> None:
        """Write a file whole: after a crash the old or the new one is there."""
        write_whole(self.path / name, json.dumps(content))

    @contextmanager
    def alone(self, act: str) -> Iterator[None]:
        """Do something beside which no other such act may run; raise `UnusableState` while one does."""
        # The folder itself: a file to lock would belong to whoever was first, root perhaps.
        descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            if not _locked(descriptor):
                raise UnusableState(
                    f"Another command is at work on {self.path}, beside which there is no {act}. "
                    "Wait for its end."
                )
            yield
        finally:
            os.close(descriptor)


def write_whole(path: Path, text: str, *, is_first: bool = False) -> None:
    """
    Write a file whole, for its owner alone; raise `UnusableState` if that fails.

    The first one leaves a file alone that is there already, and raises
    `FileExistsError`: of several processes that make it at once, one does.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}.draft")
    try:
        _fill(draft, text)
        if is_first:
            path.hardlink_to(draft)
        else:
            draft.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        if is_first and isinstance(error, FileExistsError):
            raise
        raise UnusableState(
            f"{path} cannot be written ({error.strerror}). Check the folder and the space left."
        ) from error
    finally:
        # Where it cannot be removed either, the reason above is the one to be told.
        with suppress(OSError):
            draft.unlink()


def _fill(draft: Path, text: str) -> None:
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)


def _sync_folder(path: Path) -> None:
    """Let a new name last: a power cut must not bring the file of before back."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
