"""The part of the composition root that knows credentials."""

import asyncio
from pathlib import Path

import pytest

from gateway.audit.lookup_keys import period_of
from gateway.foundation.keys import GATEWAY
from gateway.foundation.redis_link.failures import RedisDown
from gateway.foundation.state_folder import UnusableState
from tests.fakes.audit_side import records_in
from tests.fakes.house import a_chat, a_house, an_environ, until
from tests.fakes.redis_server import RedisServer

pytestmark = pytest.mark.slow


async def test_the_first_administrator_is_shown_by_one_start(tmp_path: Path) -> None:
    """
    The second start knows the key and cannot show it; that it was made is on record.
    """
    async with a_house(tmp_path) as house:
        shown = house.gateway.credentials.admin_key
        assert shown is not None
        first = await house.get("/admin/v1/me", key=shown.reveal())
    async with a_house(tmp_path) as house:
        second = await house.get("/admin/v1/me", key=shown.reveal())

        assert house.gateway.credentials.admin_key is None
        assert (200, 200) == (first.status, second.status)
    made = [one for one in records_in(tmp_path / "state" / "audit") if one["event"] == "key.created"]
    assert [("start", "_gateway")] == [(one["facts"]["actor"], one["facts"]["tenant"]) for one in made]
    assert shown.reveal().rpartition("-")[2] not in str(made)


async def test_a_chosen_administrator_is_not_shown(tmp_path: Path) -> None:
    """
    And no other one is made.
    """
    async with a_house(tmp_path, environ={"GATEWAY_ADMIN_KEY": "open the office"}) as house:
        answer = await house.get("/admin/v1/keys", key="open the office")

        assert house.gateway.credentials.admin_key is None
        assert (200, []) == (answer.status, answer.document["data"])


async def test_two_gateways_on_one_redis_know_the_same_keys(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    """
    The one that did not make a key hears of it, and has the same data keys.
    """
    environ = {
        "GATEWAY_REDIS_URL": redis_server.url,
        "GATEWAY_MASTER_KEY": "0f" * 32,
        "GATEWAY_ADMIN_KEY": "open the office",
    }
    async with (
        a_house(tmp_path / "a", environ=environ) as here,
        a_house(tmp_path / "b", environ=environ) as there,
    ):
        made = (await here.ask({"tenant": "acme"}, path="/admin/v1/keys", key="open the office")).document
        await until(lambda: len(there.gateway.credentials._keys) == 1)
        answer = await there.chat(key=made["key"])
        await here.ask(b"", path=f"/admin/v1/keys/{made['id']}", method="DELETE", key="open the office")
        await until(lambda: there.gateway.credentials._keys._records == {})
        revoked = await there.chat(key=made["key"])
        keys = {house.gateway.credentials._state.keys.derive("acme", "test") for house in (here, there)}

    assert (200, 401) == (answer.status, revoked.status)
    assert 1 == len(keys)


async def test_a_lost_redis_is_told(
    tmp_path: Path, redis_server: RedisServer, capfd: pytest.CaptureFixture[str]
) -> None:
    """
    With what it is for.
    """
    environ = an_environ(tmp_path, GATEWAY_REDIS_URL=redis_server.url)
    async with a_house(tmp_path, environ=environ) as house:
        link = house.gateway.credentials._state.redis
        assert link is not None
        link._on_state(RedisDown("gone"))
        link._on_state(None)

    told = capfd.readouterr().err
    assert '"purpose": "state"' in told
    assert "redis.lost" in told
    assert "redis.reached" in told


async def test_a_start_waits_for_redis(tmp_path: Path) -> None:
    """
    Who is started first, or by the same command as Redis, need not fail.
    """
    server = RedisServer(tmp_path / "redis")
    environ = an_environ(tmp_path, GATEWAY_REDIS_URL=server.url)
    coming = asyncio.get_running_loop().call_later(0.5, server.start)
    try:
        async with a_house(tmp_path, environ=environ) as house:
            answer = await house.chat()
    finally:
        coming.cancel()
        server.stop()

    assert 200 == answer.status


async def test_the_log_names_the_caller_behind_a_trusted_proxy(tmp_path: Path) -> None:
    """
    In both records of a request and in that of a stranger; what a caller wrote to the left is not believed.
    """
    async with a_house(tmp_path, environ={"GATEWAY_TRUSTED_PROXIES": "127.0.0.1/32"}) as house:
        spoofed = {"x_forwarded_for": "192.0.2.1, 203.0.113.9"}
        await house.ask(a_chat(), **spoofed)
        await house.ask(a_chat(), key="sk-wrong", **spoofed)
        house.gateway._audit.scribe.flush()
        records = records_in(tmp_path / "state" / "audit")
        lookups = house.gateway._audit.lookups
        expected = [
            lookups.hash(tenant, "address", "203.0.113.9", period_of(records[0]["time"]))
            for tenant in ("acme", "acme", GATEWAY)
        ]

    assert expected == [one["address"] for one in records if one["event"].startswith("request.")]


async def test_a_start_does_not_wait_for_ever(tmp_path: Path) -> None:
    """
    It says what was missing, where to look, and for how long it looked.
    """
    environ = {"GATEWAY_REDIS_URL": "redis://127.0.0.1:1", "GATEWAY_STARTUP_WAIT_SECONDS": "0.1"}

    with pytest.raises(UnusableState, match=r"Check GATEWAY_REDIS_URL\. It was waited for 0\.1 seconds\."):
        async with a_house(tmp_path, environ=an_environ(tmp_path, **environ)):
            pass


async def test_a_redis_that_refuses_us_is_not_waited_for(tmp_path: Path) -> None:
    """
    A wrong password does not become right by waiting.
    """
    server = RedisServer(tmp_path / "redis", "--requirepass", "right").start()
    url = server.url.replace("redis://", "redis://:wrong@")
    environ = an_environ(tmp_path, GATEWAY_REDIS_URL=url, GATEWAY_STARTUP_WAIT_SECONDS="3600")
    try:
        with pytest.raises(UnusableState, match="password"):
            async with a_house(tmp_path, environ=environ):
                pass
    finally:
        server.stop()
