"""Texts kept beside the log: encrypted, so that destroying a key erases them and the log still verifies."""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.audit.catalogue import Content
from gateway.audit.disk import Disk
from gateway.audit.layout import Layout
from gateway.audit.subject_keys import ContentKey

_ID_BYTES = 16
_NONCE_BYTES = 12


class ContentStore:
    """The kept texts of one log; what `keep` returns is on the disk."""

    def __init__(self, layout: Layout, disk: Disk) -> None:
        self._layout = layout
        self._disk = disk

    def keep(self, kind: str, plain: bytes, key: ContentKey) -> Content:
        """Encrypt and keep a text, and return what a record says of it."""
        content_id, nonce = secrets.token_hex(_ID_BYTES), secrets.token_bytes(_NONCE_BYTES)
        data = nonce + AESGCM(key.key).encrypt(nonce, plain, _label(content_id, kind, key.key_id))
        path = self._layout.content(key.key_id, content_id)
        if not path.parent.is_dir():
            self._disk.make_folder(path.parent.parent)
            self._disk.make_folder(path.parent)
        self._disk.replace(path, data)
        return Content(
            id=content_id, kind=kind, key_id=key.key_id, sha256=sha256(data).hexdigest(), size=len(plain)
        )

    def read(self, content: Content, key: ContentKey) -> bytes | None:
        """Return a kept text, or None if it is gone, damaged or under another key."""
        try:
            data = self._layout.content(content.key_id, content.id).read_bytes()
            label = _label(content.id, content.kind, content.key_id)
            return AESGCM(key.key).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], label)
        except (FileNotFoundError, InvalidTag, ValueError):
            return None

    def drop_all_of(self, key_id: str) -> int:
        """Delete every text under a key and return how many there were."""
        folder = self._layout.content(key_id, "_").parent
        count = 0
        if folder.is_dir():
            for path in folder.iterdir():
                path.unlink()
                count += 1
            with suppress(OSError):
                folder.rmdir()
        return count

    def older(self, key_id: str, before_wall: float) -> list[str]:
        """Return the ids of the texts under a key that were kept before this moment."""
        folder = self._layout.content(key_id, "_").parent
        if not folder.is_dir():
            return []
        return sorted(path.name for path in folder.iterdir() if path.stat().st_mtime < before_wall)

    def drop(self, key_id: str, ids: Sequence[str]) -> None:
        """Delete these texts under a key."""
        for content_id in ids:
            self._layout.content(key_id, content_id).unlink(missing_ok=True)
        with suppress(OSError):
            self._layout.content(key_id, "_").parent.rmdir()

    def key_ids(self) -> list[str]:
        """Return the ids of all keys under which there are texts."""
        folder = self._layout.root / "content"
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def _label(content_id: str, kind: str, key_id: str) -> bytes:
    return f"deepseek-gateway content {content_id} {kind} {key_id}".encode()
