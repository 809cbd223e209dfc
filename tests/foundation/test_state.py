"""Opening what lasts: a first run makes everything, any later one makes nothing anew."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from gateway.foundation.keys import GATEWAY
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.master_key import new_master_key
from gateway.foundation.redis_link.address import parse_address
from gateway.foundation.redis_link.dialling import Dialler
from gateway.foundation.redis_link.link import RedisLink
from gateway.foundation.secret import Secret
from gateway.foundation.state import open_state
from gateway.foundation.state_folder import StateFolder, UnusableState
from tests.fakes.redis_server import RedisServer


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
    assert ["master.key", "state.db", "store.json"] == files_in(tmp_path)


async def test_a_chosen_master_key_is_kept_nowhere(tmp_path: Path) -> None:
    """
    Who sets GATEWAY_MASTER_KEY has no key file.
    """
    master = new_master_key()

    first = await derived_in(tmp_path, master)

    assert first == await derived_in(tmp_path, master)
    assert ["state.db", "store.json"] == files_in(tmp_path)


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

    with pytest.raises(UnusableState, match=r"state\.db is missing\. .*state restore"):
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


async def test_an_emptied_or_other_store_is_not_taken_for_the_old_one(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    """
    A Redis that lost everything would have every revoked key forgotten, and new data keys made.
    """

    async def open_with_redis() -> None:
        faults: list[BaseException] = []
        link = RedisLink(Dialler(parse_address(redis_server.url)), LastTasks(faults.append))
        state = await open_state(StateFolder(tmp_path), None, redis=link)
        await state.close()

    await open_with_redis()
    await open_with_redis()
    redis_server.ask("FLUSHALL")
    with pytest.raises(UnusableState, match=r"is empty\. .*state restore"):
        await open_with_redis()
    redis_server.ask("HSET", "{dsg-state}:values", "store\0id", "other")
    redis_server.ask("ZADD", "{dsg-state}:versions", "1", "store\0id")
    with pytest.raises(UnusableState, match=r"is another one than before\. .*state restore"):
        await open_with_redis()


async def test_who_means_to_begin_anew_can(tmp_path: Path) -> None:
    """
    By deleting what the message names.
    """
    first = await derived_in(tmp_path)
    for name in ("state.db", "store.json", "master.key"):
        (tmp_path / name).unlink()

    assert first != await derived_in(tmp_path)


@pytest.mark.slow
def test_starts_at_the_same_moment_share_one_master_key(tmp_path: Path) -> None:
    """
    Of many that find the folder empty one makes the key; none is left with a key that no file holds.
    """
    starts = 8
    for round_ in range(5):
        folder, gate = tmp_path / str(round_), Barrier(starts)

        def start(folder: Path = folder, gate: Barrier = gate) -> bytes:
            gate.wait()
            return asyncio.run(derived_in(folder))

        with ThreadPoolExecutor(starts) as pool:
            derived = {one.result() for one in [pool.submit(start) for _ in range(starts)]}

        assert {asyncio.run(derived_in(folder))} == derived
        assert ["master.key", "state.db", "store.json"] == files_in(folder)
