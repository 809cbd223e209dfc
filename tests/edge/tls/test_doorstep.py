"""Over real sockets: who comes in, who does not, and what those are told."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from gateway.edge.door_limits import DoorLimits
from gateway.edge.tls.entrance import Entrance
from tests.fakes.certificates import Authority
from tests.fakes.open_door import GET, Caller, OpenDoor, answer_ok, open_door, serving
from tests.fakes.tls_peer import TlsPeer

HURRIED = DoorLimits(first_byte_seconds=0.1, handshake_seconds=0.1, last_call_seconds=0.1, linger_seconds=0.1)


@asynccontextmanager
async def a_door(
    context: ssl.SSLContext, limits: DoorLimits | None = None
) -> AsyncIterator[tuple[OpenDoor, Entrance]]:
    """Answer over TLS until the block ends."""
    entrance = Entrance(context)
    async with open_door(serving(answer_ok), limits, entrance) as door:
        yield door, entrance


async def plain_call(door: OpenDoor) -> Caller:
    """Connect without TLS."""
    return Caller(*await asyncio.open_connection("127.0.0.1", door.port))


async def hear_record(caller: Caller) -> bytes:
    """Return whatever comes next over the line."""
    return await asyncio.wait_for(caller.reader.read(65536), 5)


async def test_who_shakes_hands_is_served(authority: Authority) -> None:
    """
    The question and the answer are encrypted, and more of them follow on the same connection.
    """
    async with (
        a_door(authority.server_context("localhost")) as (door, entrance),
        await door.call(authority.client_context()) as caller,
    ):
        heard = []
        for _ in range(2):
            caller.say(GET)
            heard.append((await caller.hear_answer())[1])

    assert [b"/", b"/"] == heard
    assert {"done": 1} == entrance.results


async def test_a_request_may_come_with_the_last_of_the_handshake(authority: Authority) -> None:
    """
    Whoever speaks at once, in the same packet, is answered.
    """
    peer = TlsPeer(authority.client_context())
    async with a_door(authority.server_context("localhost")) as (door, _), await plain_call(door) as caller:
        caller.say(peer.shake_hands())
        finished = peer.shake_hands(await hear_record(caller))
        caller.say(finished + peer.say(GET))
        heard = b""
        while not heard.endswith(b"\r\n\r\n/"):
            heard += peer.hear(await hear_record(caller))

    assert heard.startswith(b"HTTP/1.1 200")


async def test_a_greeting_may_come_byte_by_byte(authority: Authority) -> None:
    """
    Where packets end means nothing.
    """
    peer = TlsPeer(authority.client_context())
    async with (
        a_door(authority.server_context("localhost")) as (door, entrance),
        await plain_call(door) as caller,
    ):
        for byte in peer.shake_hands():
            caller.say(bytes([byte]))
            await asyncio.sleep(0)
        caller.say(peer.shake_hands(await hear_record(caller)))
        caller.say(peer.say(GET))
        await door.wait_until_served(1)

    assert {"done": 1} == entrance.results


async def test_plain_http_is_told_to_speak_tls(authority: Authority) -> None:
    """
    A base URL with http:// gets an error that can be read, though nothing of the request is.
    """
    async with (
        a_door(authority.server_context("localhost")) as (door, entrance),
        await plain_call(door) as caller,
    ):
        caller.say(b"POST / HTTP/1.1\r\nContent-Length: 300000\r\n\r\n" + b"x" * 300_000)
        head, body = await caller.hear_answer()
        rest = await caller.hear_all()

    assert head.startswith(b"HTTP/1.1 400")
    assert b'"code":"tls_required"' in body
    assert b"" == rest
    assert {"plain_http": 1} == entrance.results


async def test_plain_http_without_an_end_is_not_heard_out_for_ever(authority: Authority) -> None:
    """
    What follows the refusal is thrown away up to a bound.
    """
    limits = replace(HURRIED, linger_bytes=1000)
    async with (
        a_door(authority.server_context("localhost"), limits) as (door, _),
        await plain_call(door) as caller,
    ):
        caller.say(GET)
        await caller.hear_answer()
        caller.say(b"x" * 2000)
        await door.wait_until_empty()


@pytest.mark.slow
@pytest.mark.parametrize("said", [b"", b"\x16", b"\x16\x03\x01\x02\x00"])
async def test_a_handshake_that_never_ends_is_ended(authority: Authority, said: bytes) -> None:
    """
    Whoever says nothing, or only the beginning of a greeting, does not keep a connection.
    """
    async with (
        a_door(authority.server_context("localhost"), HURRIED) as (door, entrance),
        await plain_call(door) as caller,
    ):
        caller.say(said)
        heard = await caller.hear_all()
        await door.wait_until_empty()

    assert b"" == heard
    assert ({"slow": 1} if said else {}) == entrance.results


async def test_who_leaves_in_mid_handshake_is_counted_and_forgotten(authority: Authority) -> None:
    """
    With an end or with a reset.
    """
    async with a_door(authority.server_context("localhost")) as (door, entrance):
        for leave in (Caller.leave, Caller.reset):
            caller = await plain_call(door)
            caller.say(TlsPeer(authority.client_context()).shake_hands()[:20])
            await asyncio.sleep(0.01)
            leave(caller)
        await door.wait_until_empty()

    assert {"given_up": 2} == entrance.results


async def test_noise_in_the_shape_of_a_greeting_is_refused(authority: Authority) -> None:
    """
    It gets an alert, and the connection ends.
    """
    async with (
        a_door(authority.server_context("localhost"), HURRIED) as (door, entrance),
        await plain_call(door) as caller,
    ):
        caller.say(b"\x16\x03\x01\x00\x05" + b"noise")
        heard = await caller.hear_all()
        await door.wait_until_empty()

    assert b"\x15" == heard[:1]
    assert 1 == entrance.results.total()


async def test_a_caller_who_does_not_believe_the_certificate_is_counted(authority: Authority) -> None:
    """
    Here for a wrong name; the operator sees that callers refuse us.
    """
    peer = TlsPeer(authority.client_context())
    async with (
        a_door(authority.server_context("elsewhere.example")) as (door, entrance),
        await plain_call(door) as caller,
    ):
        caller.say(peer.shake_hands())
        with pytest.raises(ssl.SSLCertVerificationError):
            peer.shake_hands(await hear_record(caller))
        caller.say(peer.take())
        await caller.hear_all()

    assert {"our_certificate_refused": 1} == entrance.results


async def test_a_new_context_counts_for_the_next_handshake(authority: Authority) -> None:
    """
    Who is in stays in and goes on; who comes next is shown the new certificate.
    """
    async with a_door(authority.server_context("localhost")) as (door, entrance):
        async with await door.call(authority.client_context()) as early:
            entrance.context = authority.server_context("elsewhere.example")
            early.say(GET)
            _, body = await early.hear_answer()
        with pytest.raises(ssl.SSLCertVerificationError):
            await door.call(authority.client_context())

    assert b"/" == body


async def test_a_handshake_is_finished_although_the_door_is_being_shut(authority: Authority) -> None:
    """
    Whoever is at the doorstep then may still ask once, and is told that it was the last time.
    """
    peer = TlsPeer(authority.client_context())
    async with a_door(authority.server_context("localhost")) as (door, _), await plain_call(door) as caller:
        caller.say(peer.shake_hands())
        answer = await hear_record(caller)
        door.shut_connections()
        caller.say(peer.shake_hands(answer))
        caller.say(peer.say(GET))
        heard = peer.hear(await caller.hear_all())

    assert heard.startswith(b"HTTP/1.1 200")
    assert b"connection: close" in heard


@pytest.mark.slow
async def test_a_shut_door_does_not_wait_long_for_a_handshake(authority: Authority) -> None:
    """
    A caller who is slow then is let go.
    """
    limits = DoorLimits(last_call_seconds=0.1)
    async with (
        a_door(authority.server_context("localhost"), limits) as (door, _),
        await plain_call(door) as caller,
    ):
        caller.say(TlsPeer(authority.client_context()).shake_hands()[:20])
        await asyncio.sleep(0.05)
        door.shut_connections()
        await door.wait_until_empty()


async def test_a_shut_door_does_not_hear_out_who_spoke_plain_http(authority: Authority) -> None:
    """
    The answer was sent; what else the caller may have to say is no reason to wait.
    """
    async with (
        a_door(authority.server_context("localhost")) as (door, _),
        await plain_call(door) as caller,
    ):
        caller.say(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n")
        await caller.hear_answer()

        door.shut_connections()

        assert b"" == await caller.hear_all()
        await door.wait_until_empty()
