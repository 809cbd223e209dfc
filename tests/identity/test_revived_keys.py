"""A restored backup may make keys good again."""

from gateway.foundation.state_backup import Kept
from gateway.identity.key_document import KIND, KeyDocument, encode_key
from gateway.identity.revived_keys import revived_keys
from tests.identity.test_key_document import a_document

_NOW = 1_800_000_000.0


def _kept(*documents: KeyDocument) -> list[Kept]:
    return [Kept(KIND, one.id, encode_key(one)) for one in documents]


def test_what_was_taken_back_since_the_backup_is_named() -> None:
    """
    Revoked or blocked; not what the backup itself takes back, and not what is gone with it.
    """
    backup = _kept(
        a_document(id="revoked"),
        a_document(id="blocked"),
        a_document(id="long-revoked", revoked_at=_NOW),
        a_document(id="good"),
    )
    present = _kept(
        a_document(id="revoked", revoked_at=_NOW),
        a_document(id="blocked", blocked=True),
        a_document(id="long-revoked", revoked_at=_NOW),
        a_document(id="good"),
        a_document(id="made-since", revoked_at=_NOW),
    )

    assert ["blocked", "revoked"] == revived_keys(backup, present)


def test_other_entries_and_damaged_ones_are_no_keys() -> None:
    """
    As at the door.
    """
    odd = [Kept("audit_hold", "k1", b"{}"), Kept(KIND, "k1", b"damaged")]

    assert [] == revived_keys([*odd, *_kept(a_document())], odd)


def test_what_was_removed_since_the_backup_is_named_too() -> None:
    """
    It had been revoked, long enough ago that nothing of it is left; where all is lost nobody can tell.
    """
    backup = _kept(a_document(id="good"), a_document(id="removed"))

    assert ["removed"] == revived_keys(backup, _kept(a_document(id="good")))
    assert [] == revived_keys(backup, [])
