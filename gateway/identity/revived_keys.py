"""Which keys a restored backup makes good again, though somebody has taken them back since."""

from collections.abc import Iterable

import msgspec

from gateway.foundation.state_backup import Kept
from gateway.identity.key_document import KIND, KeyDocument, decode_key


def revived_keys(backup: Iterable[Kept], present: Iterable[Kept]) -> list[str]:
    """
    Return the ids of keys that are good in the backup, and revoked, blocked or removed now.

    Removed are those that ended long ago. A store without any key was lost,
    and says nothing about them.
    """
    known = {one.id: _is_taken_back(one) for one in _keys_in(present)}
    good = (one.id for one in _keys_in(backup) if not _is_taken_back(one))
    return sorted(key_id for key_id in good if known and known.get(key_id, True))


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
