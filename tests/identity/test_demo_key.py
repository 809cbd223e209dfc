"""The first credential: made once, shown once."""

from pathlib import Path

import pytest

from gateway.foundation.secret import Secret
from gateway.foundation.state_folder import StateFolder, UnusableState
from gateway.identity.api_key import InvalidKey, hash_of, parse
from gateway.identity.demo_key import DemoKey, demo_key, keep_demo_key


def a_first_start(folder: Path) -> DemoKey:
    """Make a key and keep it."""
    state = StateFolder(folder)
    key = demo_key(state, None)
    keep_demo_key(state, key)
    return key


def test_the_first_start_makes_a_key_and_shows_it(tmp_path: Path) -> None:
    """
    A well-formed key whose hash is the one that counts.
    """
    key = demo_key(StateFolder(tmp_path), None)

    assert key.text is not None
    assert (key.key_id, key.hash) == (parse(key.text.reveal()).key_id, parse(key.text.reveal()).hash)


def test_the_second_start_knows_the_key_and_cannot_show_it(tmp_path: Path) -> None:
    """
    Only the hash was kept.
    """
    first = a_first_start(tmp_path)

    second = demo_key(StateFolder(tmp_path), None)

    assert (first.key_id, first.hash, None) == (second.key_id, second.hash, second.text)


def test_a_key_that_was_not_kept_is_forgotten(tmp_path: Path) -> None:
    """
    A start that fails before it can show its key leaves the next one a first start.
    """
    first = demo_key(StateFolder(tmp_path), None)

    second = demo_key(StateFolder(tmp_path), None)

    assert second.text is not None
    assert first.hash != second.hash


def test_the_key_itself_is_nowhere_on_disk(tmp_path: Path) -> None:
    """
    Not its secret part either.
    """
    key = a_first_start(tmp_path)
    assert key.text is not None
    secret = key.text.reveal().rpartition("-")[2]

    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    assert key.hash.encode() in kept
    assert secret.encode() not in kept


def test_two_machines_have_two_keys(tmp_path: Path) -> None:
    """
    Nothing about the key is shipped.
    """
    keys = {demo_key(StateFolder(tmp_path / name), None).hash for name in "abc"}

    assert 3 == len(keys)


def test_a_chosen_key_goes_before_a_kept_one(tmp_path: Path) -> None:
    """
    And is neither kept nor shown; without it, the old one is valid again.
    """
    kept = a_first_start(tmp_path)

    chosen = demo_key(StateFolder(tmp_path), Secret("open sesame"))
    keep_demo_key(StateFolder(tmp_path), chosen)

    assert ("demo", hash_of("open sesame"), None) == (chosen.key_id, chosen.hash, chosen.text)
    assert kept.hash == demo_key(StateFolder(tmp_path), None).hash


def test_a_chosen_key_that_is_too_short_is_refused(tmp_path: Path) -> None:
    """
    Eight characters at least; nothing is written.
    """
    with pytest.raises(InvalidKey):
        demo_key(StateFolder(tmp_path), Secret("short"))

    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"key_id": "a"},
        {"key_id": "", "hash": "sha256:" + "0" * 64},
        {"key_id": "a", "hash": "md5:" + "0" * 64},
        {"key_id": "a", "hash": "sha256:" + "0" * 63},
        {"key_id": "a", "hash": "sha256:" + "z" * 64},
    ],
)
def test_a_damaged_file_stops_the_start_and_is_not_overwritten(tmp_path: Path, kept: dict[str, str]) -> None:
    """
    A half-lost key is the operator's to delete, not ours to replace.
    """
    state = StateFolder(tmp_path)
    state.write("demo_key.json", kept)

    with pytest.raises(UnusableState, match=r"demo_key\.json is damaged\. Delete it"):
        demo_key(state, None)

    assert kept == state.read("demo_key.json")
