"""The key that wraps all keys: read, kept, and never shown."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.foundation.master_key import (
    CannotOpen,
    InvalidMasterKey,
    MasterKey,
    first_master_key,
    keep_master_key,
    kept_master_key,
    new_master_key,
    read_master_key,
)
from gateway.foundation.secret import Secret
from gateway.foundation.state_folder import UnusableState

_ONE, _TWO = bytes(range(32)), bytes(range(32, 64))


@given(plain=st.binary(max_size=100), label=st.text(max_size=20))
def test_what_was_wrapped_is_opened(plain: bytes, label: str) -> None:
    """
    Any bytes, under their label.
    """
    master = MasterKey([_ONE])

    assert plain == master.open(master.wrap(plain, label), label, master.key_id)


def test_the_same_is_never_wrapped_alike() -> None:
    """
    Two wrappings do not tell that they hold the same.
    """
    master = MasterKey([_ONE])

    assert 10 == len({master.wrap(b"x", "a") for _ in range(10)})


def test_nothing_opens_under_another_label_key_or_after_a_change() -> None:
    """
    One tenant's key cannot be put in the place of another's.
    """
    master = MasterKey([_ONE])
    wrapped = master.wrap(b"x", "key of acme")
    bent = wrapped[:-1] + bytes([wrapped[-1] ^ 1])

    for data, label, key_id in (
        (wrapped, "key of other", master.key_id),
        (bent, "key of acme", master.key_id),
        (b"", "key of acme", master.key_id),
        (wrapped, "key of acme", MasterKey([_TWO]).key_id),
    ):
        with pytest.raises(CannotOpen):
            master.open(data, label, key_id)


def test_of_several_keys_the_first_wraps_and_all_open() -> None:
    """
    What the old key wrapped stays readable while the new one takes over.
    """
    old, both = MasterKey([_ONE]), MasterKey([_TWO, _ONE])

    assert b"x" == both.open(old.wrap(b"x", "a"), "a", old.key_id)
    assert MasterKey([_TWO]).key_id == both.key_id
    assert (both.key_id, old.key_id) == both.key_ids


@pytest.mark.parametrize(
    "text",
    [
        _ONE.hex(),
        _ONE.hex().upper(),
        base64.b64encode(_ONE).decode(),
        f" {_ONE.hex()}\n",
        f"{_ONE.hex()},{_TWO.hex()}",
        f"{_ONE.hex()}\n{base64.b64encode(_TWO).decode()}\n",
    ],
)
def test_a_key_is_read_as_people_write_it(text: str) -> None:
    """
    Hexadecimal or base64, alone or followed by older ones.
    """
    assert MasterKey([_ONE]).key_id == read_master_key(Secret(text)).key_id


@pytest.mark.parametrize(
    "text", ["", " ", "secret", _ONE.hex()[:-2], base64.b64encode(_ONE[:-1]).decode(), "€"]
)
def test_what_is_no_key_is_refused_and_not_quoted(text: str) -> None:
    """
    With the command that makes one.
    """
    with pytest.raises(InvalidMasterKey, match="openssl rand -base64 32") as refused:
        read_master_key(Secret(text))

    assert not text.strip() or text not in str(refused.value)


def test_a_kept_key_comes_back_and_is_its_owners_alone(tmp_path: Path) -> None:
    """
    Before it was kept there is none.
    """
    before = kept_master_key(tmp_path)
    key = new_master_key()

    keep_master_key(tmp_path, key)

    assert before is None
    after = kept_master_key(tmp_path)
    assert after is not None
    assert read_master_key(key).key_id == read_master_key(after).key_id
    assert ["master.key"] == [path.name for path in tmp_path.iterdir()]
    assert 0o600 == (tmp_path / "master.key").stat().st_mode & 0o777


def test_a_key_file_that_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    """
    It is never taken for a missing one.
    """
    (tmp_path / "master.key").mkdir()

    with pytest.raises(UnusableState, match=r"master\.key cannot be read"):
        kept_master_key(tmp_path)
    with pytest.raises(UnusableState, match=r"master\.key cannot be written"):
        keep_master_key(tmp_path, new_master_key())


def test_the_first_key_of_a_folder_is_never_replaced_by_another_first_one(tmp_path: Path) -> None:
    """
    Who comes second uses what is there.
    """
    first = first_master_key(tmp_path)

    second = first_master_key(tmp_path)

    assert read_master_key(first).key_id == read_master_key(second).key_id
    assert ["master.key"] == [path.name for path in tmp_path.iterdir()]


def test_every_new_key_is_another_one() -> None:
    """
    Nothing is shipped.
    """
    assert 5 == len({read_master_key(new_master_key()).key_id for _ in range(5)})
