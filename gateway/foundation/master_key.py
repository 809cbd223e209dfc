"""
The key that wraps all keys: 32 bytes, from the environment or a file of their own.

Several may be given, newest first: the first one wraps, all of them open. So a
change of the master key needs no moment at which both sides must agree.
"""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.foundation.secret import Secret
from gateway.foundation.state_folder import UnusableState, write_whole

FILE = "master.key"
KEY_BYTES = 32
_NONCE_BYTES = 12
_ID_BYTES = 8
_WISH = "Use 32 random bytes as base64 or 64 hexadecimal digits: `openssl rand -base64 32`."


class InvalidMasterKey(ValueError):
    """A text that is no master key; the message never quotes it."""


class CannotOpen(Exception):
    """Something was not wrapped by any of these keys, or has been changed since."""


class MasterKey:
    """The master keys of this process; the first wraps, all of them open."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ciphers = {_id_of(key): AESGCM(key) for key in keys}
        self.key_id = _id_of(keys[0])

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of all keys, the wrapping one first; they reveal nothing."""
        return tuple(self._ciphers)

    def wrap(self, plain: bytes, label: str) -> bytes:
        """Return what only these keys can open, and only under this label."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._ciphers[self.key_id].encrypt(nonce, plain, label.encode())

    def open(self, wrapped: bytes, label: str, key_id: str) -> bytes:
        """Return what was wrapped under this label, or raise `CannotOpen`."""
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise CannotOpen(f"it was wrapped by the master key {key_id}, and this is {self.key_id}")
        try:
            return cipher.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], label.encode())
        except (InvalidTag, ValueError) as error:
            raise CannotOpen("it is damaged, or belongs to another owner") from error


def read_master_key(text: Secret) -> MasterKey:
    """Return the keys in this text, parted by commas or white space; raise `InvalidMasterKey`."""
    parts = text.reveal().replace(",", " ").split()
    if not parts:
        raise InvalidMasterKey(f"is empty. {_WISH}")
    return MasterKey([_key_of(part) for part in parts])


def new_master_key() -> Secret:
    """Make a key, as the environment or a key file writes it."""
    return Secret(base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode())


def kept_master_key(folder: Path) -> Secret | None:
    """Return the text of the key file in the state folder, or None if there is none."""
    path = folder / FILE
    try:
        return Secret(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise UnusableState(f"{path} cannot be read. Restore it from your backup of the key.") from error


def keep_master_key(folder: Path, text: Secret) -> None:
    """Write the key file whole, for its owner alone, in the place of one that is there."""
    write_whole(folder / FILE, f"{text.reveal()}\n")


def first_master_key(folder: Path) -> Secret:
    """Make the key file, or return what stands in the one that another process has just made."""
    text = new_master_key()
    try:
        write_whole(folder / FILE, f"{text.reveal()}\n", is_first=True)
    except FileExistsError:
        return kept_master_key(folder) or first_master_key(folder)
    return text


def _key_of(text: str) -> bytes:
    try:
        key = bytes.fromhex(text) if len(text) == KEY_BYTES * 2 else base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise InvalidMasterKey(f"is neither base64 nor hexadecimal. {_WISH}") from error
    if len(key) != KEY_BYTES:
        raise InvalidMasterKey(f"has {len(key)} bytes and not {KEY_BYTES}. {_WISH}")
    return key


def _id_of(key: bytes) -> str:
    return hashlib.sha256(b"deepseek-gateway master key\0" + key).digest()[:_ID_BYTES].hex()
