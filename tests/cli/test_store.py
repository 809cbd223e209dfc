"""Commands open the store of the gateway with the same settings."""

import os
from pathlib import Path

import pytest

from gateway.cli.store import opened_state, refuse_stranger
from gateway.foundation.redis_state_store import RedisStateStore
from gateway.foundation.sqlite_state_store import SqliteStateStore
from gateway.foundation.state_folder import UnusableState
from gateway.settings import read_settings
from tests.cli.commands import a_place
from tests.fakes.redis_server import RedisServer, a_free_port


async def test_without_redis_it_is_the_file(tmp_path: Path) -> None:
    """
    Made at the first time.
    """
    async with opened_state(read_settings(a_place(tmp_path))) as state:
        assert isinstance(state.store, SqliteStateStore)


async def test_a_folder_that_is_new_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Who looks in the wrong one would else take what is not there for an answer.
    """
    told = []
    for _ in range(2):
        async with opened_state(read_settings(a_place(tmp_path))):
            told.append(capsys.readouterr().err)

    assert [True, False] == [f"state folder {tmp_path / 'state'} before" in text for text in told]


async def test_another_user_than_the_gateways_writes_nothing_there(tmp_path: Path) -> None:
    """
    Root could, and the gateway could not read it; before its first start there is nobody to shut out.
    """
    folder = tmp_path / "state"
    stranger = os.geteuid() + 1
    refuse_stranger(folder, stranger)
    async with opened_state(read_settings(a_place(tmp_path))):
        pass

    refuse_stranger(folder, os.geteuid())
    with pytest.raises(UnusableState, match=f"belongs to the user {os.geteuid()}, and this is {stranger}"):
        refuse_stranger(folder, stranger)


async def test_with_redis_it_is_there(tmp_path: Path, redis_server: RedisServer) -> None:
    """
    And no file is made.
    """
    settings = read_settings(a_place(tmp_path) | {"GATEWAY_REDIS_URL": redis_server.url})

    async with opened_state(settings) as state:
        assert isinstance(state.store, RedisStateStore)

    assert not (tmp_path / "state" / "state.db").exists()


async def test_a_redis_that_is_not_there_is_told(tmp_path: Path) -> None:
    """
    With the setting that names it.
    """
    url = f"redis://127.0.0.1:{a_free_port()}/0"

    with pytest.raises(UnusableState, match="GATEWAY_REDIS_URL"):
        async with opened_state(read_settings(a_place(tmp_path) | {"GATEWAY_REDIS_URL": url})):
            pass
