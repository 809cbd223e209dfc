"""Keys are made, read, and remembered by their hash."""

import hashlib
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.identity.api_key import (
    InvalidKey,
    accept_free_text,
    digest_of,
    hash_of,
    is_mistyped,
    mint,
    parse,
)

_BYTES = st.binary(min_size=64, max_size=64)


def _key(material: bytes) -> str:
    left = bytearray(material)

    def take(count: int) -> bytes:
        taken = bytes(left[:count])
        del left[:count]
        return taken

    return mint(take).text.reveal()


@given(_BYTES)
def test_a_minted_key_reads_back(material: bytes) -> None:
    """
    Parsing a minted key gives the id and the hash it was minted with.
    """
    left = iter(material)
    minted = mint(lambda count: bytes(next(left) for _ in range(count)))

    parsed = parse(minted.text.reveal())

    assert (minted.key_id, minted.hash) == (parsed.key_id, parsed.hash)
    assert 78 == len(minted.text.reveal())


@given(_BYTES, st.integers(0, 77), st.sampled_from(string.printable))
def test_any_single_wrong_character_is_refused(material: bytes, place: int, wrong: str) -> None:
    """
    A key with one character replaced is no key.
    """
    key = _key(material)
    mistyped = key[:place] + wrong + key[place + 1 :]

    if mistyped != key:
        with pytest.raises(InvalidKey):
            parse(mistyped)


def test_the_checksum_sees_every_single_wrong_byte() -> None:
    """
    Proved for all places and all bytes: CRC is linear, so one key stands for all keys.
    """
    key = _key(bytes(64)).encode()
    missed = [
        (place, flip)
        for place in range(len("sk-dsg-"), len(key))
        for flip in range(1, 256)
        if not is_mistyped(key[:place] + bytes([key[place] ^ flip]) + key[place + 1 :])
    ]

    assert [] == missed


@given(_BYTES, st.integers(7, 76))
def test_two_neighbours_swapped_are_refused(material: bytes, place: int) -> None:
    """
    The commonest slip of the fingers is seen as well.
    """
    key = _key(material)
    swapped = key[:place] + key[place + 1] + key[place] + key[place + 2 :]

    assert (swapped != key) == is_mistyped(swapped.encode())


def test_two_keys_differ_in_everything() -> None:
    """
    Without a source of bytes, keys come from the system's randomness.
    """
    first, second = mint(), mint()

    assert first.key_id != second.key_id
    assert first.hash != second.hash


def test_a_key_is_not_shown_by_accident() -> None:
    """
    The repr of a minted key hides the key.
    """
    minted = mint()

    assert minted.text.reveal() not in repr(minted)


@pytest.mark.parametrize("text", ["", "sk-dsg-", "sk-dsg-\u00e9", "a" * 78, "sk-dsg-" + "0" * 71])
def test_what_is_no_key_is_refused_without_being_quoted(text: str) -> None:
    """
    The message says what a key looks like, never what was given.
    """
    with pytest.raises(InvalidKey) as refused:
        parse(text)

    assert not text or text not in str(refused.value).replace("sk-dsg-<id>", "")


def test_the_hash_is_the_sha256_of_the_whole_key() -> None:
    """
    What policy documents keep can be made by any tool.
    """
    expected = "sha256:" + hashlib.sha256(b"open sesame").hexdigest()

    assert expected == hash_of("open sesame")
    assert expected == "sha256:" + digest_of(b"open sesame").hex()


def test_a_chosen_key_may_be_any_printable_text() -> None:
    """
    Eight printable characters are enough; blanks around them do not count.
    """
    chosen = accept_free_text("  sk-my own k\u00e9y ")

    assert hash_of("sk-my own k\u00e9y") == chosen


@pytest.mark.parametrize("text", ["short", "       x       ", "tab\tinside it", "line\nbreak in it"])
def test_a_chosen_key_that_is_short_or_unprintable_is_refused(text: str) -> None:
    """
    Seven characters, or one that cannot be typed, are not accepted.
    """
    with pytest.raises(InvalidKey):
        accept_free_text(text)


def test_a_minted_key_with_a_slip_is_no_chosen_key() -> None:
    """
    It could never be used, since its checksum is wrong.
    """
    key = mint().text.reveal()
    mistyped = key[:-1] + ("0" if key[-1] != "0" else "1")

    with pytest.raises(InvalidKey, match="checksum"):
        accept_free_text(mistyped)
