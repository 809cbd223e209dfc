"""Texts kept beside the log."""

import os
from hashlib import sha256
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as some

from gateway.audit.content import ContentStore
from gateway.audit.disk import Disk
from gateway.audit.layout import Layout
from gateway.audit.subject_keys import ContentKey

KEY = ContentKey("0011223344556677", bytes(range(32)))
OTHER_KEY = ContentKey("0011223344556677", bytes(32))


def a_store(folder: Path) -> ContentStore:
    return ContentStore(Layout(folder), Disk())


def test_a_record_commits_to_the_file(tmp_path: Path) -> None:
    """
    To its SHA-256, that is to the ciphertext: without the key, that is all anyone can check.
    """
    content = a_store(tmp_path).keep("request", b"a secret", KEY)

    data = (tmp_path / "content" / KEY.key_id / content.id).read_bytes()
    assert (sha256(data).hexdigest(), 8, "request") == (content.sha256, content.size, content.kind)
    assert b"secret" not in data


@given(some.binary(max_size=5_000))
def test_a_text_can_be_read_with_its_key(tmp_path_factory: object, text: bytes) -> None:
    """
    And with no other.
    """
    folder = tmp_path_factory.mktemp("content")  # type: ignore[attr-defined]
    store = a_store(folder)
    content = store.keep("request", text, KEY)

    assert text == store.read(content, KEY)
    assert store.read(content, OTHER_KEY) is None


def test_texts_cannot_be_exchanged(tmp_path: Path) -> None:
    """
    Each opens only under its own name, kind and key.
    """
    store = a_store(tmp_path)
    one, two = store.keep("request", b"one", KEY), store.keep("request", b"two", KEY)
    folder = tmp_path / "content" / KEY.key_id
    (folder / one.id).write_bytes((folder / two.id).read_bytes())

    assert store.read(one, KEY) is None


def test_the_texts_under_a_key_go_together(tmp_path: Path) -> None:
    """
    And a text that is gone reads as nothing.
    """
    store = a_store(tmp_path)
    content = store.keep("request", b"one", KEY)
    store.keep("response", b"two", KEY)

    assert 2 == store.drop_all_of(KEY.key_id)
    assert 0 == store.drop_all_of(KEY.key_id)
    assert store.read(content, KEY) is None
    assert [] == store.key_ids()


def test_old_texts_go_by_themselves(tmp_path: Path) -> None:
    """
    Those that were kept before a moment.
    """
    store = a_store(tmp_path)
    old, new = store.keep("request", b"old", KEY), store.keep("request", b"new", KEY)
    os.utime(tmp_path / "content" / KEY.key_id / old.id, (1_000, 1_000))

    assert [old.id] == store.older(KEY.key_id, 2_000)
    store.drop(KEY.key_id, [old.id])
    assert [] == store.older(KEY.key_id, 2_000)
    assert [] == store.older("no such key", 2_000)
    assert b"new" == store.read(new, KEY)
    assert [KEY.key_id] == store.key_ids()
