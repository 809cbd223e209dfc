"""Small keys, wrapped by a tenant's own, as the state store keeps them."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.foundation.keys import NoDataKey, TenantKeys
from gateway.foundation.state_store import Entry

_NONCE_BYTES = 12


def wrap(key: bytes, plain: bytes, label: str) -> bytes:
    """Return what only this key opens, and only under this label."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, label.encode())


def unwrap(key: bytes, wrapped: bytes, label: str) -> bytes | None:
    """Return what was wrapped under this label, or None if this key does not open it."""
    try:
        return AESGCM(key).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], label.encode())
    except (InvalidTag, ValueError):
        return None


def open_wrapped(keys: TenantKeys, tenant: str, purpose: str, entry: Entry) -> bytes | None:
    """Return the key in an entry that is named by its label, or None if the tenant's key was destroyed."""
    try:
        return unwrap(keys.derive(tenant, purpose), entry.value or b"", entry.name)
    except NoDataKey:
        return None
