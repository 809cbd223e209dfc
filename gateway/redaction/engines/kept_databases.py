"""
Compiled databases of Hyperscan, kept for the next start.

To compile what the shipped recognisers look for takes two thirds of a second
and seventy megabytes, which is half of what a start takes; to read it from the
disk takes a moment. Nothing of a tenant's is kept, and nothing is believed
that is not whole: whatever is wrong with a file, it is as if there were none.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_DIGEST_BYTES = 32
# Of this version and those before it; more than a folder full would be nobody's use.
MOST_FILES = 8


class KeptDatabases:
    """A folder of databases by what they were compiled from; without a folder, none."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder

    def find(self, key: str) -> bytes | None:
        """Return what was kept under this key, if it is here and whole."""
        if self.folder is None:
            return None
        try:
            content = (self.folder / key).read_bytes()
        except OSError:
            return None
        digest, data = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        return data if hashlib.sha256(data).digest() == digest else None

    def keep(self, key: str, data: bytes) -> None:
        """Keep this, for its owner alone; where that cannot be done, the next start compiles again."""
        if self.folder is None:
            return
        draft = self.folder / f".{key}.{secrets.token_hex(8)}"
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(hashlib.sha256(data).digest() + data)
            draft.replace(self.folder / key)
            self._make_room()
        except OSError:
            with suppress(OSError):
                draft.unlink()

    def _make_room(self) -> None:
        if self.folder is None:
            return
        files = sorted(self.folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in files[MOST_FILES:]:
            path.unlink()


KEPT = KeptDatabases()
"""That of this process, as its engines are shared by all policies in it."""


def key_of(parts: Iterable[bytes]) -> str:
    """Return the key of what is compiled from these parts, in this order."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(4, "big") + part)
    return digest.hexdigest()
