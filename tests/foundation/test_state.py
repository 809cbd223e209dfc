"""Opening what lasts: a first run makes everything, any later one makes nothing anew."""

from pathlib import Path

import pytest

from gateway.foundation.keys import GATEWAY
from gateway.foundation.master_key import new_master_key
from gateway.foundation.secret import Secret
from gateway.foundation.state import open_state
from gateway.foundation.state_folder import StateFolder, UnusableState


def files_in(folder: Path) -> list[str]:
    """What stands in a folder."""
    return sorted(path.name for path in folder.iterdir())


async def derived_in(folder: Path, master: Secret | None = None) -> bytes:
    """Open, make the key of `acme`, derive from it, close."""
    state = await open_state(StateFolder(folder), master)
    await state.keys.ensure(["acme"])
    key = state.keys.derive("acme", "cache")
    assert state.keys.derive(GATEWAY, "cache") != key
    await state.close()
    return key


async def test_a_first_run_makes_store_and_master_key(tmp_path: Path) -> None:
    """
    The next run opens them.
    """
    first = await derived_in(tmp_path)

    assert first == await derived_in(tmp_path)
    assert ["master.key", "state.db"] == files_in(tmp_path)


async def test_a_chosen_master_key_is_kept_nowhere(tmp_path: Path) -> None:
    """
    Who sets GATEWAY_MASTER_KEY has no key file.
    """
    master = new_master_key()

    first = await derived_in(tmp_path, master)

    assert first == await derived_in(tmp_path, master)
    assert ["state.db"] == files_in(tmp_path)


async def test_a_lost_key_file_is_not_replaced(tmp_path: Path) -> None:
    """
    A new key would open nothing that the old one wrapped.
    """
    await derived_in(tmp_path)
    (tmp_path / "master.key").unlink()

    with pytest.raises(UnusableState, match=r"master\.key is missing.*GATEWAY_MASTER_KEY"):
        await derived_in(tmp_path)

    assert not (tmp_path / "master.key").exists()


async def test_a_lost_store_is_not_replaced(tmp_path: Path) -> None:
    """
    All keys and all revocations would be gone without a word.
    """
    await derived_in(tmp_path)
    (tmp_path / "state.db").unlink()

    with pytest.raises(UnusableState, match=r"state\.db is missing.*backup"):
        await derived_in(tmp_path)

    assert not (tmp_path / "state.db").exists()


@pytest.mark.parametrize("content", ["", "not a key"])
async def test_a_damaged_key_file_is_named(tmp_path: Path, content: str) -> None:
    """
    And not replaced.
    """
    await derived_in(tmp_path)
    (tmp_path / "master.key").write_text(content)

    with pytest.raises(UnusableState, match=r"master\.key is "):
        await derived_in(tmp_path)

    assert content == (tmp_path / "master.key").read_text()
