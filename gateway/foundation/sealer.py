"""Bytes that only the holder of a key can read, and only under their own label."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.foundation.master_key import CannotOpen

_NONCE_BYTES = 12


class Sealer:
    """Seal and open by one key of 32 bytes, such as `TenantKeys.derive` gives."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, label: str) -> bytes:
        """Return what only this key can open, and only under this label."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, label.encode())

    def open(self, sealed: bytes, label: str) -> bytes:
        """Return what was sealed under this label, or raise `CannotOpen`."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], label.encode())
        except (InvalidTag, ValueError) as error:
            raise CannotOpen("it is damaged, or belongs to another owner") from error
