"""The doors: what is served behind which, and when."""

import asyncio
import ssl
from pathlib import Path

import pytest

from gateway.edge.server import Listener
from tests.fakes.certificates import Authority
from tests.fakes.house import House, a_chat, a_house, a_request, connect, listen, serial_of, tls_environ

pytestmark = pytest.mark.slow


async def test_one_door_serves_callers_and_operators(tmp_path: Path) -> None:
    """
    Without a port of their own, operators come through the same door.
    """
    async with a_house(tmp_path) as house:
        (door,) = house.gateway.doors.listeners

        assert 200 == await _status(door, "/metrics")
        assert 401 == await _status(door, "/v1/models")
        assert 401 == await _status(door, "/admin/v1/me")


async def test_two_doors_serve_one_each(tmp_path: Path) -> None:
    """
    Callers find nothing of the operators', and the other way round; both are asked for health.
    """
    async with a_house(tmp_path, environ={"GATEWAY_ADMIN_PORT": "0"}) as house:
        callers, operators = house.gateway.doors.listeners
        paths = ("/healthz", "/v1/models", "/metrics", "/admin/v1/me")

        assert [200, 401, 404, 404] == [await _status(callers, path) for path in paths]
        assert [200, 404, 200, 401] == [await _status(operators, path) for path in paths]


async def test_each_door_asks_for_the_certificates_it_was_told_to(tmp_path: Path) -> None:
    """
    Both speak TLS with one certificate; here callers must show one of their own, operators need not.
    """
    authority = Authority(tmp_path)
    known, unknown = authority.client_context(authority.pair("a client")), authority.client_context()
    environ = tls_environ(authority.pair("localhost"), GATEWAY_TLS_CLIENT_CA=str(authority.ca_file))
    async with a_house(tmp_path, environ=environ | {"GATEWAY_ADMIN_PORT": "0"}) as house:
        callers, operators = house.gateway.doors.listeners

        assert 401 == await _status(callers, "/v1/models", known)
        with pytest.raises(ssl.SSLError, match="CERTIFICATE_REQUIRED"):
            await _status(callers, "/v1/models", unknown)
        assert 200 == await _status(operators, "/readyz", unknown)


async def test_a_renewed_certificate_is_shown_without_being_told(tmp_path: Path) -> None:
    """
    The files are watched: who comes next sees the new one, who is there goes on.
    """
    authority = Authority(tmp_path)
    pair = authority.pair("localhost")
    async with a_house(tmp_path, environ=tls_environ(pair)) as house:
        house.trust = authority.client_context()
        async with await house.call() as early:
            before = serial_of(early)
            pair.become(authority.pair("localhost", "new"))
            async with asyncio.timeout(10):
                while before == await _serial(house):  # noqa: ASYNC110 - a thread looks at files
                    await asyncio.sleep(0.05)
            answer = await (await house.listening(early, a_chat())).rest()

    assert 200 == answer.status


async def test_a_fault_of_ours_at_the_certificates_does_not_keep_policies_from_being_read(
    tmp_path: Path,
) -> None:
    """
    A SIGHUP asks for both; here a door is missing among those that are to show the new one.
    """
    pair = Authority(tmp_path).pair("localhost")
    async with a_house(tmp_path, environ=tls_environ(pair)) as house:
        certificates = house.gateway.doors.certificates
        assert certificates is not None
        certificates.entrances = ()
        path = tmp_path / "policies" / "tenants" / "bolt.yaml"
        path.write_text("tenant: bolt\nplan: basic\nresidency: external\n")
        await asyncio.to_thread(house.gateway.read_again)

        assert house.gateway.book.has_tenant("bolt")


async def test_an_idle_connection_is_kept_as_long_as_the_environment_says(tmp_path: Path) -> None:
    """
    Then the door closes it; 75 seconds would be longer than this test waits.
    """
    async with a_house(tmp_path, environ={"GATEWAY_KEEP_ALIVE_SECONDS": "0.05"}) as house:
        (door,) = house.gateway.doors.listeners
        reader, writer = await asyncio.open_connection(*door.address)
        writer.write(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n")
        async with asyncio.timeout(10):
            answer = await reader.read()
        writer.close()

    assert (True, False) == (answer.endswith(b'{"status":"ok"}'), b"connection: close" in answer)


async def _serial(house: House) -> str:
    async with await house.call() as caller:
        return serial_of(caller)


async def _status(door: Listener, path: str, trust: ssl.SSLContext | None = None) -> int:
    async with await connect(door.address, trust) as caller:
        caller.say(a_request(b"", path=path, method="GET", key=None))
        return (await listen(caller)).status
