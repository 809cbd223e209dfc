"""The client over real sockets: reuse, races, uploads, slow readers, and every way to end."""

import asyncio
import ssl
from dataclasses import replace

import pytest

from gateway.foundation.trust import trusting_context
from gateway.upstreams.buffered_reply import BufferedReply
from gateway.upstreams.http1.connection import Connection
from gateway.upstreams.http1.pool import Lifetimes
from gateway.upstreams.http1.transport import Http1Transport
from gateway.upstreams.target import Upstream
from gateway.upstreams.transport import InvalidAnswer, PoolExhausted, TransportBroke, TransportTimedOut
from tests.fakes.certificates import Authority
from tests.fakes.scripted_server import (
    CHUNKED_HEAD,
    LAST_CHUNK,
    Peer,
    always,
    chunk,
    once,
    serving,
    until,
    whole,
)
from tests.fakes.upstream_calls import a_call, an_upstream, read_all

LARGE = b"x" * (8 * 1024 * 1024)


async def ask(transport: Http1Transport, upstream: Upstream, body: bytes = b"{}") -> bytes:
    """Send a call and return the body of its answer."""
    reply = await transport.send(a_call(upstream, body))
    try:
        return await read_all(reply)
    finally:
        reply.close()


@pytest.mark.parametrize("late", [b"x", whole(b"late"), b"\r\n"])
async def test_a_byte_while_idle_kills_the_connection(transport: Http1Transport, late: bytes) -> None:
    """
    Whatever an upstream says unasked is never taken for the next answer.
    """
    gone = asyncio.Event()
    speak = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(whole(b"%d" % peer.number))
        if peer.number == 0:
            await speak.wait()
            await peer.send(late)
        await peer.until_gone()
        gone.set()

    async with serving(script) as server:
        upstream = an_upstream(server.port)
        first = await ask(transport, upstream)
        speak.set()
        await gone.wait()
        second = await ask(transport, upstream)

    assert (b"0", b"1", 0) == (first, second, transport.retries)


async def test_a_half_closed_connection_is_not_used_again(transport: Http1Transport) -> None:
    """
    An upstream that will send no more cannot answer.
    """
    gone: asyncio.Queue[int] = asyncio.Queue()

    async def script(peer: Peer) -> None:
        await peer.request()
        peer.writer.write(whole(b"ok"))
        peer.writer.write_eof()
        await peer.until_gone()
        gone.put_nowait(peer.number)

    async with serving(script) as server:
        upstream = an_upstream(server.port)
        for _ in range(3):
            await ask(transport, upstream)
            await gone.get()

    assert (3, 0) == (len(server.peers), transport.retries)


async def test_an_early_refusal_ends_the_upload(transport: Http1Transport) -> None:
    """
    A 413 before the body was sent is an answer; the rest is not sent, the connection not reused.
    """
    received: list[int] = []

    async def script(peer: Peer) -> None:
        await peer.reader.readuntil(b"\r\n\r\n")
        await peer.send(whole(b"too large", status=413))
        received.append(len(await peer.reader.read()))

    async with serving(script) as server:
        reply = await transport.send(a_call(an_upstream(server.port), LARGE))
        body = await read_all(reply)
        await until(lambda: received)

    assert (413, b"too large") == (reply.status, body)
    assert received[0] < len(LARGE)


async def test_a_large_body_is_sent_whole(transport: Http1Transport) -> None:
    """
    A body beyond the write buffer goes out as fast as it is read.
    """
    sizes: list[int] = []

    async def script(peer: Peer) -> None:
        while request := await peer.request():
            sizes.append(len(request.partition(b"\r\n\r\n")[2]))
            await peer.send(whole(b"ok"))

    async with serving(script) as server:
        upstream = an_upstream(server.port)
        for _ in range(2):
            await ask(transport, upstream, LARGE)

    assert [len(LARGE)] * 2 == sizes
    assert 1 == len(server.peers)


async def test_an_upstream_that_reads_nothing_times_out(transport: Http1Transport) -> None:
    """
    The time until the head includes the upload.
    """
    stop = asyncio.Event()

    async def script(peer: Peer) -> None:
        await stop.wait()

    async with serving(script) as server:
        upstream = an_upstream(server.port, patience={"first_token_seconds": 0.05})
        with pytest.raises(TransportTimedOut) as raised:
            await ask(transport, upstream, LARGE)
        stop.set()

    assert ("head", False) == (raised.value.phase, raised.value.answered)


async def test_an_upload_to_a_lost_connection_breaks(transport: Http1Transport) -> None:
    """
    An upstream that resets in the middle of an upload gave no answer.
    """

    async def script(peer: Peer) -> None:
        await peer.reader.readexactly(200_000)
        peer.cut()

    async with serving(script) as server:
        with pytest.raises(TransportBroke) as raised:
            await ask(transport, an_upstream(server.port), LARGE)

    assert not raised.value.answered


async def test_a_slow_reader_never_grows_memory(transport: Http1Transport) -> None:
    """
    With the reader away, the connection stops reading, and the upstream has to wait.
    """
    sent: list[int] = []

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(LARGE))
        for start in range(0, len(LARGE), 65536):
            await peer.send(LARGE[start : start + 65536])
            sent.append(start)
        await peer.until_gone()

    async with serving(script) as server:
        reply = await transport.send(a_call(an_upstream(server.port)))
        assert isinstance(reply, BufferedReply)
        feeder = reply._feeder
        assert isinstance(feeder, Connection)
        await until(lambda: feeder._is_reading_paused)
        # The server fills every buffer on the way before it has to wait.
        await asyncio.sleep(0.02)
        held = sum(len(piece) for piece in reply.pieces)
        size = len(await read_all(reply))

    assert held <= 64 * 1024 + 256 * 1024
    assert len(LARGE) == size


@pytest.mark.parametrize("secure", [False, True])
async def test_a_connection_that_was_paused_serves_again(
    transport: Http1Transport, authority: Authority, *, secure: bool
) -> None:
    """
    Paused and resumed up to the very end, it still hears its upstream and takes the next call.
    """
    if secure:
        transport = Http1Transport(trusting_context(authority.ca_file))
    body = b"y" * 300_000
    script = always(whole(body))
    async with serving(script, context=authority.server_context("127.0.0.1") if secure else None) as server:
        upstream = an_upstream(server.port, scheme="https" if secure else "http")
        for _ in range(5):
            reply = await transport.send(a_call(upstream))
            await asyncio.sleep(0.002)
            assert body == await read_all(reply)
        await transport.close()

    assert 1 == len(server.peers)


async def test_in_tls_only_a_goodbye_ends_a_body(authority: Authority) -> None:
    """
    Without close_notify, anyone on the way may have cut an answer that ends with its connection.
    """
    transport = Http1Transport(trusting_context(authority.ca_file))

    async def cut(peer: Peer) -> None:
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\r\n\r\npart")
        peer.cut()

    context = authority.server_context("127.0.0.1")
    async with serving(once(b"HTTP/1.1 200 OK\r\n\r\nall"), context=context) as server:
        proper = await ask(transport, an_upstream(server.port, scheme="https"))
    async with serving(cut, context=context) as server:
        with pytest.raises(TransportBroke):
            await ask(transport, an_upstream(server.port, scheme="https"))
    await transport.close()

    assert b"all" == proper


async def test_an_idle_connection_is_closed_before_the_server_does_it(context: ssl.SSLContext) -> None:
    """
    Nothing stays in the pool longer than its idle time.
    """
    transport = Http1Transport(context, lifetimes=Lifetimes(idle_seconds=0.03))
    gone = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(whole(b"ok"))
        await peer.until_gone()
        gone.set()

    async with serving(script) as server:
        await ask(transport, an_upstream(server.port))
        async with asyncio.timeout(2):
            await gone.wait()
        await transport.close()

    assert 1 == len(server.peers)


async def test_an_old_connection_is_not_used_again(context: ssl.SSLContext) -> None:
    """
    Age ends even a busy connection, so that a change of addresses is noticed.
    """
    transport = Http1Transport(context, lifetimes=Lifetimes(age_seconds=0.0))
    async with serving(always(whole(b"ok"))) as server:
        for _ in range(3):
            await ask(transport, an_upstream(server.port))
        await transport.close()

    assert 3 == len(server.peers)


async def test_the_last_connection_back_is_the_first_one_out(transport: Http1Transport) -> None:
    """
    Idle connections are a stack, so that the rest of them grow old.
    """
    begin = asyncio.Event()

    async def script(peer: Peer) -> None:
        while await peer.request():
            await begin.wait()
            await peer.send(whole(b"%d" % peer.number))

    async with serving(script) as server:
        upstream = an_upstream(server.port)
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(transport.send(a_call(upstream))) for _ in range(3)]
            await until(lambda: len(server.peers) == 3)
            begin.set()
        replies = [task.result() for task in asked]
        await asyncio.gather(*map(read_all, replies))
        used = {await ask(transport, upstream) for _ in range(5)}

    assert 1 == len(used)


async def test_a_waiter_who_leaves_costs_nobody_a_slot(transport: Http1Transport) -> None:
    """
    Cancelled in the line, before and just after being granted a connection.
    """
    begin = asyncio.Event()

    async def script(peer: Peer) -> None:
        while await peer.request():
            await begin.wait()
            await peer.send(whole(b"ok"))

    async with serving(script) as server:
        upstream = an_upstream(server.port, connections=1)
        loop = asyncio.get_running_loop()
        first = loop.create_task(ask(transport, upstream))
        await until(lambda: server.peers)
        early, granted, last = (loop.create_task(ask(transport, upstream)) for _ in range(3))
        await asyncio.sleep(0)
        early.cancel()
        # The grant is made within the callback that ends the first exchange.
        first.add_done_callback(lambda _: granted.cancel())
        begin.set()
        outcomes = await asyncio.gather(early, first, granted, last, return_exceptions=True)

    assert [b"ok", b"ok"] == [outcomes[1], outcomes[3]]
    assert isinstance(outcomes[0], asyncio.CancelledError)
    assert 1 <= len(server.peers) <= 2


async def test_a_policy_that_allows_more_serves_those_who_wait(transport: Http1Transport) -> None:
    """
    The cap is the one of the latest call.
    """
    begin = asyncio.Event()

    async def script(peer: Peer) -> None:
        while await peer.request():
            if peer.number == 0:
                await begin.wait()
            await peer.send(whole(b"%d" % peer.number))

    async with serving(script) as server:
        narrow = an_upstream(server.port, connections=1)
        async with asyncio.TaskGroup() as group:
            group.create_task(ask(transport, narrow))
            await until(lambda: server.peers)
            waiting = group.create_task(ask(transport, narrow))
            await asyncio.sleep(0)
            third = await ask(transport, replace(narrow, connections=3))
            second = await waiting
            begin.set()

    assert {b"1", b"2"} == {second, third} or b"1" == second == third


async def test_a_failed_dial_gives_its_slot_back(transport: Http1Transport, authority: Authority) -> None:
    """
    TLS that fails, or never answers, costs no slot.
    """

    async def mute(peer: Peer) -> None:
        await peer.until_gone()

    async with serving(mute) as server:
        upstream = an_upstream(
            server.port, scheme="https", connections=1, patience={"connect_seconds": 0.03, "queue_seconds": 5}
        )
        for _ in range(3):
            with pytest.raises(TransportTimedOut) as raised:
                await ask(transport, upstream)
            assert "connect" == raised.value.phase


async def test_invalid_answers_are_not_pooled(transport: Http1Transport) -> None:
    """
    After nonsense in the middle of a body the connection is cut.
    """
    gone = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED_HEAD + chunk(b"one") + b"nonsense\r\n")
        await peer.until_gone()
        gone.set()

    async with serving(script) as server:
        with pytest.raises(InvalidAnswer):
            await ask(transport, an_upstream(server.port))
        await gone.wait()


async def test_a_reply_that_is_whole_may_be_closed_unread(transport: Http1Transport) -> None:
    """
    What has arrived entirely needs no cutting; the connection is back already.
    """
    async with serving(always(CHUNKED_HEAD + chunk(b"ok") + LAST_CHUNK)) as server:
        upstream = an_upstream(server.port)
        first = await transport.send(a_call(upstream))
        assert isinstance(first, BufferedReply)
        await until(lambda: first._ended)
        first.close()
        second = await ask(transport, upstream)
        unread = await read_all(first)

    assert (b"ok", b"ok", 1) == (second, unread, len(server.peers))


async def test_time_in_the_line_is_bounded(transport: Http1Transport) -> None:
    """
    Whoever waits too long for a connection hears so, and nobody else is disturbed.
    """
    begin = asyncio.Event()

    async def script(peer: Peer) -> None:
        while await peer.request():
            await begin.wait()
            await peer.send(whole(b"ok"))

    async with serving(script) as server:
        upstream = an_upstream(server.port, connections=1, patience={"queue_seconds": 0.02})
        first = asyncio.get_running_loop().create_task(ask(transport, upstream))
        await until(lambda: server.peers)
        with pytest.raises(PoolExhausted):
            await ask(transport, upstream)
        begin.set()
        await first

        assert b"ok" == await ask(transport, upstream)


async def test_pools_of_forgotten_upstreams_go(transport: Http1Transport) -> None:
    """
    An upstream that no policy names any more leaves nothing behind once it is idle.
    """
    async with serving(once(whole(b"ok", fields=b"connection: close\r\n"))) as server:
        for number in range(4):
            upstream = replace(an_upstream(server.port), name=f"upstream-{number}")
            await ask(transport, upstream)

    assert 1 == len(transport._pools)
