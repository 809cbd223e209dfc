"""What of the log's own a restored backup of the state must not take back."""

from collections.abc import Iterable

import msgspec

from gateway.audit.holds import KIND as HOLD
from gateway.audit.signing import KIND as SIGNER
from gateway.audit.signing import epochs_in
from gateway.foundation.keys import GATEWAY, WrappedKey
from gateway.foundation.keys import KIND as DATA_KEY
from gateway.foundation.state_backup import Kept


def keep_standing(backup: Iterable[Kept], present: Iterable[Kept]) -> list[Kept]:
    """
    Return what is to be put back: the backup, with the holds and the signing keys that came after it.

    A hold that stands goes on standing. A key that has signed is needed for the
    log to go on: what a later key signed can be continued by no earlier one.
    The keys of another gateway open neither, so they stay as the backup has them.
    """
    wanted = {(one.kind, one.name): one for one in backup}
    if _gateway_key(wanted.values()) != _gateway_key(present := list(present)):
        return list(wanted.values())
    for one in present:
        before = wanted.get((one.kind, one.name))
        if one.kind == HOLD or (one.kind == SIGNER and _has_gone_on(before, one)):
            wanted[(one.kind, one.name)] = one
    return list(wanted.values())


def _has_gone_on(before: Kept | None, now: Kept) -> bool:
    return before is None or len(epochs_in(now.value)) > len(epochs_in(before.value))


def _gateway_key(entries: Iterable[Kept]) -> str | None:
    for one in entries:
        if (one.kind, one.name) == (DATA_KEY, GATEWAY):
            return msgspec.json.decode(one.value, type=WrappedKey).key_id
    return None
