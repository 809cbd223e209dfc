"""Which keys a restored backup makes good again, though somebody has taken them back since."""

from collections.abc import Iterable

import msgspec

from gateway.foundation.state_backup import Kept
from gateway.identity.key_document import KIND, KeyDocument, decode_key


def revived_keys(backup: Iterable[Kept], present: Iterable[Kept]) -> list[str]:
    """Return the ids of keys that are revoked or blocked now, and neither in the backup."""
    taken_back = {one.id for one in _keys_in(present) if _is_taken_back(one)}
    return sorted(one.id for one in _keys_in(backup) if one.id in taken_back and not _is_taken_back(one))


def _keys_in(entries: Iterable[Kept]) -> Iterable[KeyDocument]:
    for one in entries:
        if one.kind == KIND:
            try:
                yield decode_key(one.value)
            except msgspec.MsgspecError:
                # No key at the door either.
                continue


def _is_taken_back(document: KeyDocument) -> bool:
    return document.blocked or document.revoked_at is not None
