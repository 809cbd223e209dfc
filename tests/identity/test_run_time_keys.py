"""The keys that were made at run time, in memory."""

import pytest

from gateway.foundation.state_store import Entry
from gateway.identity.api_key import digest_of, hash_of
from gateway.identity.key_document import KeyAct, KeyDocument, encode_key
from gateway.identity.refusals import StandingUnknown
from gateway.identity.run_time_keys import RunTimeKeys
from gateway.vocabulary.notice import Notice
from tests.identity.test_key_document import a_document

_NOW = 1_800_000_000.0


def an_entry(document: KeyDocument, version: int = 1) -> Entry:
    """A key as the store keeps it."""
    return Entry("api_key", document.id, encode_key(document), version)


def test_a_key_that_was_taken_in_is_found() -> None:
    """
    By its digest, and no other.
    """
    keys = RunTimeKeys()

    keys.take([an_entry(a_document())], is_whole=False)

    record = keys.find(digest_of(b"one"))
    assert record is not None
    assert "k1" == record.caller.credential_id
    assert keys.find(digest_of(b"two")) is None
    assert 1 == len(keys)


def test_the_last_word_about_a_key_counts() -> None:
    """
    A new secret is known beside the old one, and a revoked key not at all.
    """
    keys = RunTimeKeys()
    rotated = a_document().replaced_by(hash_of("two"), _NOW)

    keys.take([an_entry(a_document())], is_whole=False)
    keys.take([an_entry(rotated)], is_whole=False)
    both = [keys.find(digest_of(text)) is not None for text in (b"one", b"two")]
    keys.take([an_entry(a_document(revoked_at=_NOW))], is_whole=False)

    assert [True, True] == both
    assert [None, None] == [keys.find(digest_of(text)) for text in (b"one", b"two")]
    assert 0 == len(keys._records) == len(keys)


def test_a_removed_key_is_forgotten() -> None:
    """
    As if it had never been.
    """
    keys = RunTimeKeys()
    keys.take([an_entry(a_document())], is_whole=False)

    keys.take([Entry("api_key", "k1", None, 2)], is_whole=False)

    assert keys.find(digest_of(b"one")) is None


def test_what_a_whole_answer_does_not_name_is_forgotten() -> None:
    """
    The store was restored: what it holds now is all there is.
    """
    keys = RunTimeKeys()
    keys.take([an_entry(a_document())], is_whole=False)

    keys.take([an_entry(a_document(id="k2", hash=hash_of("two")))], is_whole=True)

    assert keys.find(digest_of(b"one")) is None
    assert keys.find(digest_of(b"two")) is not None


def test_an_unreadable_document_is_no_key() -> None:
    """
    And what was known of it before counts no longer: nobody knows what it says.
    """
    keys = RunTimeKeys()
    keys.take([an_entry(a_document())], is_whole=False)

    keys.take(
        [Entry("api_key", "k1", b"{", 2), an_entry(a_document(id="k2", networks=("x",)))], is_whole=False
    )

    assert 2 == keys.unread
    assert keys.find(digest_of(b"one")) is None


def test_after_the_grace_nobody_knows() -> None:
    """
    A known key is refused as something that passes; an unknown one is unknown as ever.
    """
    stale = [False]
    keys = RunTimeKeys(lambda: stale[0])
    keys.take([an_entry(a_document())], is_whole=True)
    before = keys.find(digest_of(b"one"))
    stale[0] = True

    with pytest.raises(StandingUnknown) as refused:
        keys.find(digest_of(b"one"))

    assert before is not None
    assert (503, "identity_unavailable") == (refused.value.status, refused.value.code)
    assert keys.find(digest_of(b"two")) is None


def test_what_is_decided_without_the_store_is_counted() -> None:
    """
    Keys that are remembered while it is away, and those that nobody vouches for any more.
    """
    lost, stale = [False], [False]
    keys = RunTimeKeys(lambda: stale[0], is_lost=lambda: lost[0])
    keys.take([an_entry(a_document())], is_whole=True)
    keys.find(digest_of(b"one"))
    lost[0] = True
    for key in (b"one", b"one", b"two"):
        keys.find(digest_of(key))
    stale[0] = True
    with pytest.raises(StandingUnknown):
        keys.find(digest_of(b"one"))

    assert {"remembered": 2, "refused": 1} == keys.degraded


def test_what_the_command_line_did_is_told() -> None:
    """
    Once, when it is heard: not at a start, and not what an administrator did elsewhere.
    """
    told: list[Notice] = []
    keys = RunTimeKeys(on_notice=told.append)
    by_hand = a_document().acted(KeyAct(_NOW, "cli:root", "blocked"))

    keys.take([an_entry(by_hand)], is_whole=True)
    keys.take([an_entry(a_document().acted(KeyAct(_NOW, "boss", "created")))], is_whole=False)
    keys.take([an_entry(by_hand)], is_whole=False)

    assert [
        Notice("key.blocked", {"actor": "cli:root", "key": "k1", "tenant": "acme", "heard": True})
    ] == told
