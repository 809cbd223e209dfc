"""A key as it is kept, and what a keyring makes of it."""

from typing import Any

import msgspec
import pytest

from gateway.identity.api_key import digest_of, hash_of
from gateway.identity.conditions import Level
from gateway.identity.key_document import KeyAct, KeyDocument, decode_key, encode_key, records_of

_NOW = 1_800_000_000.0


def a_document(**changes: Any) -> KeyDocument:
    """A key of acme."""
    fields: dict[str, Any] = {"id": "k1", "hash": hash_of("one"), "tenant": "acme", "created_at": _NOW}
    return KeyDocument(**(fields | changes))


def test_a_document_comes_back_as_it_was_kept() -> None:
    """
    With everything that was said about it.
    """
    document = a_document(
        scopes=("chat",),
        models=("deepseek-*",),
        networks=("10.0.0.0/8",),
        limits=[{"kind": "requests", "per_minute": 5}],
        metadata={"team": "shop"},
        expires_at=_NOW + 5,
        blocked=True,
    ).acted(KeyAct(_NOW, "boss", "blocked"))

    assert document == decode_key(encode_key(document))


@pytest.mark.parametrize("damaged", [b"", b"{}", b"[]", b"null", b'{"id": 1}'])
def test_a_damaged_document_is_none(damaged: bytes) -> None:
    """
    It raises one kind of error.
    """
    with pytest.raises(msgspec.MsgspecError):
        decode_key(damaged)


def test_a_plain_key_has_no_conditions() -> None:
    """
    Its caller says whose it is and what narrows it.
    """
    narrowed = a_document(scopes=("chat",), models=("m",), limits=[{"kind": "x"}], cache={"enabled": False})
    (record,) = records_of(narrowed)

    assert digest_of(b"one") == record.digest
    assert () == record.conditions
    assert ("acme", "default", "k1") == (
        record.caller.tenant,
        record.caller.project,
        record.caller.credential_id,
    )
    assert (frozenset({"chat"}), ("m",), b'[{"kind":"x"}]') == (
        record.caller.scopes,
        record.caller.models,
        record.caller.limits,
    )
    assert b'{"enabled":false}' == record.caller.cache


def test_what_a_key_has_to_meet_stands_in_its_record() -> None:
    """
    Block, date and networks, at the level of the key.
    """
    (record,) = records_of(a_document(blocked=True, expires_at=_NOW, networks=("10.0.0.0/8",)))

    (one,) = record.conditions
    assert (Level.KEY, True, _NOW, 1) == (one.level, one.blocked, one.expires_at, len(one.networks or ()))


def test_a_revoked_key_is_known_nowhere() -> None:
    """
    Neither its secret nor those before it.
    """
    document = a_document(revoked_at=_NOW).replaced_by(hash_of("two"), _NOW + 60)

    assert [] == list(records_of(document))


def test_a_replaced_secret_is_good_until_its_time() -> None:
    """
    Both secrets are the same caller.
    """
    new, old = records_of(a_document().replaced_by(hash_of("two"), _NOW + 60))

    assert (digest_of(b"two"), digest_of(b"one")) == (new.digest, old.digest)
    assert new.caller == old.caller
    assert () == new.conditions
    assert _NOW + 60 == old.conditions[0].replaced_at


def test_a_later_rotation_never_lengthens_an_earlier_one() -> None:
    """
    Who rotates because a key leaked means all secrets before.
    """
    document = a_document()
    for number, until in enumerate((_NOW + 1000, _NOW + 10, _NOW + 500, _NOW + 600)):
        document = document.replaced_by(hash_of(str(number)), until)

    assert [_NOW + 10, _NOW + 10, _NOW + 500, _NOW + 600] == [one.until for one in document.replaced]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "active"),
        ({"blocked": True}, "blocked"),
        ({"blocked": True, "expires_at": _NOW}, "expired"),
        ({"expires_at": _NOW + 1}, "active"),
        ({"revoked_at": _NOW, "blocked": True}, "revoked"),
    ],
)
def test_a_key_has_one_standing(changes: dict[str, Any], expected: str) -> None:
    """
    The strongest reason counts.
    """
    assert expected == a_document(**changes).standing(_NOW)


def test_the_history_is_bounded() -> None:
    """
    The last acts are kept.
    """
    document = a_document()
    for number in range(30):
        document = document.acted(KeyAct(_NOW + number, "boss", "updated"))

    assert (20, _NOW + 29) == (len(document.history), document.history[-1].at)
