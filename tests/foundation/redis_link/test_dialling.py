"""Finding servers, connecting, logging in."""

import asyncio
import ssl
from contextlib import suppress
from pathlib import Path

import pytest
from redis.exceptions import AuthenticationError, ResponseError
from redis.exceptions import ConnectionError as Unreachable
from redis.exceptions import TimeoutError as TimedOut

from gateway.foundation.redis_link.dialling import failure_of, slot_of
from gateway.foundation.redis_link.failures import (
    RedisDown,
    RedisFailure,
    RedisLost,
    RedisRefused,
    UnfitRedis,
)
from tests.fakes.certificates import Authority
from tests.fakes.redis_links import a_link
from tests.fakes.redis_server import RedisServer, a_free_port
from tests.fakes.scripted_redis import a_scripted_redis


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (AuthenticationError("WRONGPASS"), UnfitRedis),
        (ResponseError("OOM full"), RedisRefused),
        (TimedOut("late"), RedisLost),
        (TimeoutError(), RedisLost),
        (Unreachable("password@host"), RedisDown),
        (ConnectionRefusedError("refused"), RedisDown),
    ],
)
def test_errors_of_the_library_become_ours(error: BaseException, failure: type[RedisFailure]) -> None:
    """
    Its text, which may name the address, is left behind.
    """
    ours = failure_of(error)

    assert (failure, False) == (type(ours), "password" in str(ours) and "host" in str(ours))


@pytest.mark.parametrize("scheme", ["redis", "redis+cluster"])
async def test_the_first_cause_is_told(scheme: str) -> None:
    """
    In the words of the system, which name no address.
    """
    with pytest.raises(RedisDown) as caught:
        async with a_link(f"{scheme}://127.0.0.1:{a_free_port()}"):
            raise AssertionError("nobody listens there")

    assert "Redis cannot be reached (Connection refused)" == str(caught.value)


def test_keys_with_the_same_tag_have_the_same_slot() -> None:
    """
    https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/ names the slot of "foo".
    """
    assert (12182, 12182) == (slot_of(b"foo"), slot_of(b"{foo}:anything"))


async def test_a_redis_that_forgets_is_refused(redis_server: RedisServer) -> None:
    """
    Unless what it holds may be lost.
    """
    redis_server.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    try:
        with pytest.raises(UnfitRedis, match="allkeys-lru"):
            async with a_link(redis_server.url):
                raise AssertionError("it would lose state")
        async with a_link(redis_server.url, must_keep=False) as link:
            assert b"PONG" == await link.call("PING")
    finally:
        redis_server.ask("CONFIG", "SET", "maxmemory-policy", "noeviction")


@pytest.mark.parametrize("must_keep", [True, False])
async def test_a_replica_is_no_redis_to_write_to(redis_server: RedisServer, *, must_keep: bool) -> None:
    """
    Unless it takes writes all the same.
    """
    redis_server.ask("REPLICAOF", "127.0.0.1", "1")
    try:
        with pytest.raises(RedisDown, match="replica"):
            async with a_link(redis_server.url, must_keep=must_keep):
                raise AssertionError("it takes no writes")
        redis_server.ask("CONFIG", "SET", "replica-read-only", "no")
        async with a_link(redis_server.url, must_keep=must_keep) as link:
            assert b"OK" == await link.call("SET", "a", "1")
    finally:
        redis_server.ask("CONFIG", "SET", "replica-read-only", "yes")
        redis_server.ask("REPLICAOF", "NO", "ONE")


async def test_a_user_of_a_cache_need_not_be_let_ask_for_facts(redis_server: RedisServer) -> None:
    """
    One whose counts must be kept is told what is missing.
    """
    redis_server.ask("ACL", "SETUSER", "cook", "on", ">s:@#/%?", "~*", "+@all", "-info")
    url = redis_server.url.replace("://", "://cook:s%3A%40%23%2F%25%3F@")
    try:
        async with a_link(url, must_keep=False) as link:
            assert b"OK" == await link.call("SET", "a", "1")
        with pytest.raises(RedisRefused, match="info"):
            async with a_link(url):
                raise AssertionError("nobody knows whether it keeps what it is given")
    finally:
        redis_server.ask("ACL", "DELUSER", "cook")


@pytest.mark.parametrize("url", ["redis://{}", "redis+sentinel://{}/main", "redis+cluster://{}"])
@pytest.mark.parametrize(
    "words", [b"-MOVED\r\n", b"-ASK z\r\n", b"*3\r\n*0\r\n:1\r\n%2\r\n", b"+OK\r\n" * 20]
)
async def test_a_server_that_speaks_nonsense_ends_nobody_who_dials(url: str, words: bytes) -> None:
    """
    It is a Redis that is away, whatever redis-py makes of it, and the next try comes.
    """
    tries = 0

    async def chatter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal tries
        tries += 1
        with suppress(ConnectionError):
            await reader.read(65536)
            writer.write(words)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(chatter, "127.0.0.1", 0)
    host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        async with asyncio.timeout(10):
            failure = await _failure_at(url.format(host))
    finally:
        server.close()

    assert isinstance(failure, RedisFailure)
    assert tries > 0


async def _failure_at(url: str) -> RedisFailure | None:
    try:
        async with a_link(url) as link:
            # What only says "OK" is let in, and given up by its first answers.
            await link.call("GET", "a")
            await link.call("GET", "a")
    except RedisFailure as failure:
        return failure
    return None


@pytest.mark.slow
async def test_users_and_passwords_are_checked_at_the_door(tmp_path: Path) -> None:
    """
    A wrong one is the operator's to mend; the right one opens, the slow client too.
    """
    server = RedisServer(tmp_path, "--requirepass", "opensesame").start()
    try:
        for scheme in ("redis", "redis+cluster"):
            with pytest.raises(UnfitRedis) as caught:
                async with a_link(f"{scheme}://:wrong@127.0.0.1:{server.port}"):
                    raise AssertionError("that is not the password")
            assert "wrong" not in str(caught.value)
        async with a_link(f"redis://:opensesame@127.0.0.1:{server.port}") as link:
            assert b"PONG" == await link.call("PING")
            assert await link.client.ping()
    finally:
        server.stop()


@pytest.mark.slow
async def test_a_socket_of_the_machine_is_dialled(tmp_path: Path) -> None:
    """
    unix:///path
    """
    path = tmp_path / "redis.sock"
    server = RedisServer(tmp_path, "--unixsocket", str(path)).start()
    try:
        async with a_link(f"unix://{path}?db=1") as link:
            assert b"PONG" == await link.call("PING")
            assert await link.client.ping()
    finally:
        server.stop()


async def test_redis_over_tls_is_believed_by_its_certificate(tmp_path: Path) -> None:
    """
    With the authority that was named, and with no other.
    """
    authority = Authority(tmp_path)
    async with a_scripted_redis(lambda _: b"+fine\r\n", authority.server_context("127.0.0.1")) as redis:
        url = redis.url.replace("redis://", "rediss://")
        async with a_link(url, ca_file=authority.ca_file) as link:
            assert b"fine" == await link.call("GET", "a")
        with pytest.raises(RedisDown, match="its certificate: "):
            async with a_link(url):
                raise AssertionError("nobody vouches for it")


async def test_a_redis_that_demands_a_certificate_is_shown_one(tmp_path: Path) -> None:
    """
    As Redis does by default when it speaks TLS.
    """
    authority = Authority(tmp_path)
    context = authority.server_context("127.0.0.1")
    context.load_verify_locations(authority.ca_file)
    context.verify_mode = ssl.CERT_REQUIRED
    pair, both = authority.pair("gateway"), tmp_path / "gateway.pem"
    both.write_bytes(pair.certificate.read_bytes() + pair.key.read_bytes())
    async with a_scripted_redis(lambda _: b"+fine\r\n", context) as redis:
        url = redis.url.replace("redis://", "rediss://")
        async with a_link(url, ca_file=authority.ca_file, certificate=both) as link:
            assert b"fine" == await link.call("GET", "a")
        with pytest.raises(RedisDown):
            async with a_link(url, ca_file=authority.ca_file):
                raise AssertionError("it was shown nothing")


@pytest.mark.slow
async def test_sentinel_leads_to_the_master(tmp_path: Path) -> None:
    """
    redis+sentinel://host/name; a name that Sentinel does not know is told.
    """
    master = RedisServer(tmp_path / "master").start()
    port = a_free_port()
    config = tmp_path / "sentinel.conf"
    config.write_text(f"sentinel monitor main 127.0.0.1 {master.port} 1\n")
    sentinel = RedisServer(tmp_path / "sentinel", port=port, config=config, is_sentinel=True).start()
    try:
        async with a_link(f"redis+sentinel://127.0.0.1:{port}/main") as link:
            await link.call("SET", "a", "1")
            assert b"1" == await link.client.execute_command("GET", "a")
        with pytest.raises(RedisDown, match="no Sentinel that answers knows a master"):
            async with a_link(f"redis+sentinel://127.0.0.1:{port}/other"):
                raise AssertionError("there is no such master")
    finally:
        sentinel.stop()
        master.stop()
