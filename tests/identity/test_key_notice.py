"""A change of a key is told without its secret, its hash and its metadata."""

import orjson

from gateway.identity.api_key import hash_of
from gateway.identity.key_notice import key_notice
from gateway.identity.key_office import KeyChange
from gateway.vocabulary.notice import Notice
from tests.identity.test_key_document import a_document

_NOW = 1_800_000_000.0


def test_a_change_is_told_by_what_it_changed() -> None:
    """
    What was and what is, of that alone.
    """
    before, after = a_document(label="old"), a_document(label="new")

    told = key_notice("cli:maria", KeyChange("changed", before, after), _NOW)

    assert (
        Notice(
            "key.changed",
            {
                "actor": "cli:maria",
                "key": "k1",
                "tenant": "acme",
                "before": '{"label":"old"}',
                "after": '{"label":"new"}',
            },
        )
        == told
    )


def test_neither_secret_nor_metadata_is_told() -> None:
    """
    That there is metadata, and how much, may be known.
    """
    made = a_document(metadata={"note": "private"}).replaced_by(hash_of("two"), _NOW + 60)

    told = key_notice("cli:maria", KeyChange("created", None, made), _NOW)

    after = orjson.loads(str(told.facts["after"]))
    assert (1, "{}") == (after["metadata"], told.facts["before"])
    assert not any(text in str(told.facts) for text in ("private", "sha256", hash_of("two")[7:]))
