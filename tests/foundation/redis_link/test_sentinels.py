"""The Sentinels that watch over a master."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.foundation.redis_link.failures import RedisDown
from tests.fakes.redis_links import a_link
from tests.fakes.redis_server import RedisServer, a_free_port


@pytest.fixture
def watchers(tmp_path: Path) -> Iterator[list[RedisServer]]:
    """Three Sentinels of one master."""
    master = RedisServer(tmp_path / "master").start()
    sentinels = [_watching(master, tmp_path / f"sentinel-{number}") for number in range(3)]
    yield sentinels
    for server in (*sentinels, master):
        server.stop()


def _watching(master: RedisServer, folder: Path, *lines: str) -> RedisServer:
    folder.mkdir()
    config = folder / "sentinel.conf"
    config.write_text("\n".join((f"sentinel monitor main 127.0.0.1 {master.port} 1", *lines, "")))
    return RedisServer(folder, port=a_free_port(), config=config, is_sentinel=True).start()


def _url(sentinels: list[RedisServer], service: str = "main") -> str:
    return f"redis+sentinel://{','.join(f'127.0.0.1:{one.port}' for one in sentinels)}/{service}"


@pytest.mark.slow
@pytest.mark.parametrize("misfortune", [RedisServer.freeze, RedisServer.kill])
async def test_one_that_answers_is_enough(watchers: list[RedisServer], misfortune: object) -> None:
    """
    The others may hang or be gone, whatever the order in which the address names them.
    """
    assert callable(misfortune)
    for sentinel in watchers[:2]:
        misfortune(sentinel)

    async with a_link(_url(watchers)) as link:
        assert b"PONG" == await link.call("PING")
        assert await link.client.ping()


@pytest.mark.slow
async def test_a_master_that_nobody_knows_is_not_waited_for(watchers: list[RedisServer]) -> None:
    """
    The link goes on asking.
    """
    with pytest.raises(RedisDown):
        async with a_link(_url(watchers, "other")):
            raise AssertionError("there is no such master")


@pytest.mark.slow
async def test_those_that_want_a_password_are_shown_the_master_s(tmp_path: Path) -> None:
    """
    The address has one for all of them.
    """
    master = RedisServer(tmp_path / "master", "--requirepass", "sesame").start()
    lines = ("requirepass sesame", "sentinel auth-pass main sesame")
    sentinel = _watching(master, tmp_path / "sentinel", *lines)
    try:
        async with a_link(f"redis+sentinel://:sesame@127.0.0.1:{sentinel.port}/main") as link:
            assert b"PONG" == await link.call("PING")
            assert await link.client.ping()
    finally:
        sentinel.stop()
        master.stop()
