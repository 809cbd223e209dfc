"""What the second transport is there for: HTTP/2 and forward proxies."""

import asyncio
import os
import ssl
import sys
import traceback
from collections.abc import Awaitable, Callable

import pytest

from gateway.foundation.trust import trusting_context
from gateway.upstreams.httpx2_lane import lane_key
from gateway.upstreams.httpx2_transport import Httpx2Transport
from gateway.upstreams.transport import ConnectFailed, TransportBroke, TransportError, TransportTimedOut
from tests.fakes.certificates import Authority
from tests.fakes.http2_peer import Http2Peer
from tests.fakes.scripted_server import CHUNKED_HEAD, Peer, always, chunk, once, serving, until, whole
from tests.fakes.upstream_calls import a_call, an_upstream, read_all


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def http2_context(authority: Authority) -> ssl.SSLContext:
    """Return the context of a server that speaks HTTP/2."""
    context = authority.server_context("127.0.0.1")
    context.set_alpn_protocols(["h2"])
    return context


async def echo_over_http_2(peer: Peer) -> None:
    """Answer each request of a connection with its own body."""
    http2 = Http2Peer(peer)
    await http2.start()
    while (stream := await http2.request()) is not None:
        fields = http2.fields[stream]
        await http2.head(stream, (b"x-path", fields[b":path"]), (b"x-coding", fields[b"accept-encoding"]))
        await http2.data(stream, http2.bodies[stream], end=True)


async def test_calls_that_follow_each_other_share_a_connection_of_http_2(authority: Authority) -> None:
    """
    Each answer comes whole, and over HTTP/2.
    """
    transport = Httpx2Transport(trusting_context(authority.ca_file))
    answers: list[tuple[bytes, bytes, bytes]] = []

    async with serving(echo_over_http_2, context=http2_context(authority)) as server:
        upstream = an_upstream(server.port, scheme="https", http2=True)
        for body in (b"one", b"two", b"three"):
            reply = await transport.send(a_call(upstream, body))
            answers.append((reply.headers[b"x-path"], reply.headers[b"x-coding"], await read_all(reply)))
            await asyncio.sleep(0)
        await transport.close()

    assert [(b"/chat", b"identity", body) for body in (b"one", b"two", b"three")] == answers
    assert 1 == len(server.peers)


async def test_a_leaving_reader_is_noticed_over_http_2(authority: Authority) -> None:
    """
    The upstream sees the end within a second, and calls beside it go on.
    """
    transport = Httpx2Transport(trusting_context(authority.ca_file))
    left = asyncio.Event()

    async def script(peer: Peer) -> None:
        if peer.number:
            await echo_over_http_2(peer)
            return
        http2 = Http2Peer(peer)
        await http2.start()
        stream = await http2.request()
        assert stream is not None
        await http2.head(stream)
        await http2.data(stream, b"one")
        await http2.until_reset()
        left.set()

    async with serving(script, context=http2_context(authority)) as server:
        upstream = an_upstream(server.port, scheme="https", http2=True)
        reply = await transport.send(a_call(upstream))
        first = await reply.read()
        other = await transport.send(a_call(upstream, b"two"))
        reply.close()
        async with asyncio.timeout(1):
            await left.wait()
        second = await read_all(other)
        await transport.close()

    assert (b"one", b"two", 2) == (first, second, len(server.peers))


@pytest.mark.parametrize("words", [b"", b"restarting"])
async def test_a_server_that_says_goodbye_ends_its_answer(authority: Authority, words: bytes) -> None:
    """
    A restart is no cut, and the next call goes to a connection of its own.
    """
    transport = Httpx2Transport(trusting_context(authority.ca_file))

    async def script(peer: Peer) -> None:
        http2 = Http2Peer(peer)
        await http2.start()
        stream = await http2.request()
        assert stream is not None
        await http2.head(stream)
        await http2.goodbye(stream, words)
        await http2.last_data(stream, b"all of it")
        await peer.until_gone()

    async with serving(script, context=http2_context(authority)) as server:
        upstream = an_upstream(server.port, scheme="https", http2=True)
        answers = []
        for _ in range(2):
            answers.append(await read_all(await transport.send(a_call(upstream))))
            await asyncio.sleep(0)
        await transport.close()

    assert [b"all of it"] * 2 == answers
    assert 2 == len(server.peers)


async def test_a_server_that_left_a_kept_connection_is_asked_over_another(authority: Authority) -> None:
    """
    Some close what is idle without a word, before we do; no other target has to take over.
    """
    transport = Httpx2Transport(trusting_context(authority.ca_file))

    async def script(peer: Peer) -> None:
        http2 = Http2Peer(peer)
        await http2.start()
        stream = await http2.request()
        assert stream is not None
        await http2.head(stream)
        await http2.data(stream, b"%d" % peer.number, end=True)

    async with serving(script, context=http2_context(authority)) as server:
        upstream = an_upstream(server.port, scheme="https", http2=True)
        answers = []
        for _ in range(3):
            answers.append(await read_all(await transport.send(a_call(upstream))))
            # Its connection is given back, and the server is gone.
            await asyncio.sleep(0.01)
        await transport.close()

    assert [b"0", b"1", b"2"] == answers


@pytest.mark.parametrize("begins", [False, True])
async def test_a_stream_that_the_server_resets_is_a_cut(authority: Authority, *, begins: bool) -> None:
    """
    Whether it was answered decides who may try again.
    """
    transport = Httpx2Transport(trusting_context(authority.ca_file))

    async def script(peer: Peer) -> None:
        http2 = Http2Peer(peer)
        await http2.start()
        stream = await http2.request()
        assert stream is not None
        if begins:
            await http2.head(stream)
            await http2.data(stream, b"one")
        await http2.reset(stream)
        await peer.until_gone()

    async with serving(script, context=http2_context(authority)) as server:
        upstream = an_upstream(server.port, scheme="https", http2=True)
        with pytest.raises(TransportBroke) as raised:
            await read_all(await transport.send(a_call(upstream)))
        await transport.close()

    assert begins == raised.value.answered


async def _too_short(http2: Http2Peer, stream: int) -> None:
    await http2.head(stream, (b"content-length", b"10"))
    await http2.data(stream, b"half", end=True)


async def _disowned(http2: Http2Peer, stream: int) -> None:
    await http2.head(stream)
    await http2.data(stream, b"half")
    await http2.goodbye(stream - 2)


@pytest.mark.parametrize("way", [_too_short, _disowned])
async def test_a_body_that_goes_wrong_as_http_2_can_is_a_cut(
    authority: Authority, way: Callable[[Http2Peer, int], Awaitable[None]]
) -> None:
    """
    Shorter than stated, or of an answer that the server says it never gave; neither is unforeseen.
    """
    transport = Httpx2Transport(trusting_context(authority.ca_file))
    unforeseen: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unforeseen.append(context))

    async def script(peer: Peer) -> None:
        http2 = Http2Peer(peer)
        await http2.start()
        first = await http2.request()
        assert first is not None
        await http2.head(first)
        await http2.data(first, b"ok", end=True)
        second = await http2.request()
        assert second is not None
        await way(http2, second)

    async with serving(script, context=http2_context(authority)) as server:
        upstream = an_upstream(server.port, scheme="https", http2=True)
        await read_all(await transport.send(a_call(upstream)))
        with pytest.raises(TransportBroke):
            await read_all(await transport.send(a_call(upstream)))
        await transport.close()

    assert ([], 1) == (unforeseen, len(server.peers))


async def test_a_forward_proxy_carries_the_call() -> None:
    """
    The proxy is asked for the whole URL, and nobody else is called.
    """
    seen: list[bytes] = []

    async def proxy(peer: Peer) -> None:
        seen.append(await peer.request())
        await peer.send(whole(b"through"))

    transport = Httpx2Transport(trusting_context())
    async with serving(proxy) as server:
        upstream = an_upstream(
            80, host="upstream.invalid", forward_proxy=f"http://user:pass@127.0.0.1:{server.port}"
        )
        body = await read_all(await transport.send(a_call(upstream)))
        await transport.close()

    assert b"through" == body
    assert seen[0].startswith(b"POST http://upstream.invalid/chat HTTP/1.1\r\n")
    assert b"proxy-authorization: basic dxnlcjpwyxnz" in seen[0].lower()


async def test_a_proxy_that_refuses_is_no_answer() -> None:
    """
    A tunnel that is not opened is a failed connection, and the proxy's password is not shown.
    """

    async def proxy(peer: Peer) -> None:
        await peer.reader.readuntil(b"\r\n\r\n")
        await peer.send(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")

    transport = Httpx2Transport(trusting_context())
    async with serving(proxy) as server:
        upstream = an_upstream(
            443,
            host="upstream.invalid",
            scheme="https",
            forward_proxy=f"http://user:sesame@127.0.0.1:{server.port}",
        )
        with pytest.raises(ConnectFailed) as raised:
            await transport.send(a_call(upstream))
        await transport.close()

    assert "sesame" not in "".join(traceback.format_exception(raised.value))


_ASKS_ONCE = """
import asyncio, sys
from gateway.foundation.trust import trusting_context
from gateway.upstreams.httpx2_transport import Httpx2Transport
from tests.fakes.upstream_calls import a_call, an_upstream, read_all

async def ask(port):
    transport = Httpx2Transport(trusting_context())
    print((await read_all(await transport.send(a_call(an_upstream(port))))).decode())
    await transport.close()

asyncio.run(ask(int(sys.argv[1])))
"""


@pytest.mark.slow
async def test_the_environment_names_no_proxy() -> None:
    """
    Where calls go is policy; in a process whose environment names a dead proxy, nobody asks it.
    """
    proxies = dict.fromkeys(("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"), "http://127.0.0.1:9")
    async with serving(always(whole(b"direct"))) as server:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            _ASKS_ONCE,
            str(server.port),
            env={**os.environ, **proxies},
            stdout=asyncio.subprocess.PIPE,
        )
        told, _ = await process.communicate()

    assert (0, b"direct\n") == (process.returncode, told)


@pytest.mark.slow
async def test_a_slow_reader_never_grows_memory() -> None:
    """
    With the reader away, no more than a window is taken from the upstream.
    """
    transport = Httpx2Transport(trusting_context())
    body = b"x" * (4 * 1024 * 1024)
    async with serving(always(whole(body))) as server:
        upstream = an_upstream(server.port, patience={"stall_seconds": 0.25})
        reply = await transport.send(a_call(upstream))
        # Longer than the stall time, which does not run while we do not read.
        await asyncio.sleep(0.35)
        held = len(await reply.read())
        size = held + len(await read_all(reply))
        await transport.close()

    assert held <= 256 * 1024
    assert len(body) == size


async def test_a_call_that_is_given_up_frees_its_slot() -> None:
    """
    Closed in mid-stream, its place goes to the next call.
    """
    transport = Httpx2Transport(trusting_context())
    async with serving(once(CHUNKED_HEAD + chunk(b"one"))) as server:
        upstream = an_upstream(server.port, connections=1, patience={"queue_seconds": 1.0})
        for _ in range(3):
            reply = await transport.send(a_call(upstream))
            reply.close()
            with pytest.raises(TransportBroke):
                await read_all(reply)
        await transport.close()


@pytest.mark.slow
async def test_calls_that_are_given_up_leave_nothing() -> None:
    """
    At whatever moment their callers left: no slot, no client, no connection.
    """
    transport = Httpx2Transport(trusting_context())
    left: list[int] = []

    async def script(peer: Peer) -> None:
        try:
            await peer.request()
            await peer.send(CHUNKED_HEAD + chunk(b"one"))
            await peer.until_gone()
        finally:
            left.append(peer.number)

    async def give_up(turns: int) -> None:
        sending = asyncio.ensure_future(transport.send(a_call(upstream)))
        for turn in range(turns):
            # Turns alone may all be over before any connection stands.
            await asyncio.sleep(0 if turn % 20 else 0.001)
        if sending.done():
            sending.result().close()
        sending.cancel()
        await asyncio.wait([sending])

    async with serving(script) as server:
        upstream = an_upstream(server.port, connections=16)
        await asyncio.gather(*(give_up(turns) for turns in range(200)))
        lane = transport._lanes[lane_key(upstream)]
        await until(lambda: lane.is_empty and len(left) == len(server.peers))
        await transport.close()

    assert 0 == lane.spare_clients
    assert len(left) > 0


async def test_clients_of_forgotten_upstreams_go() -> None:
    """
    An upstream that no policy names any more leaves nothing behind once it is idle.
    """
    transport = Httpx2Transport(trusting_context())
    async with serving(always(whole(b"ok"))) as server:
        for connections in (1, 2, 3):
            await read_all(await transport.send(a_call(an_upstream(server.port, connections=connections))))
            await asyncio.sleep(0)
        lanes = len(transport._lanes)
        await transport.close()

    assert 1 == lanes


async def test_nonsense_in_a_body_is_an_error() -> None:
    """
    Which one it is cannot be told from a cut here, but it is never a proper end.
    """
    transport = Httpx2Transport(trusting_context())
    async with serving(once(CHUNKED_HEAD + chunk(b"one") + b"nonsense\r\n")) as server:
        reply = await transport.send(a_call(an_upstream(server.port)))
        with pytest.raises(TransportError):
            await read_all(reply)
        await transport.close()


@pytest.mark.parametrize("patience", [{"first_token_seconds": 0.05}, {"total_seconds": 0.05}])
async def test_a_time_that_is_up_before_there_is_a_connection_is_no_connection(
    patience: dict[str, float],
) -> None:
    """
    Whatever it was the time of: nothing was sent, and another target may be tried for it.
    """

    async def silent(peer: Peer) -> None:
        await peer.until_gone()

    async with serving(silent) as proxy:
        transport = Httpx2Transport(trusting_context())
        way = f"http://127.0.0.1:{proxy.port}"
        upstream = an_upstream(443, scheme="https", forward_proxy=way, patience=patience)
        with pytest.raises(TransportTimedOut) as late:
            await transport.send(a_call(upstream))
        await transport.close()

    assert (False, False, "connect") == (late.value.connected, late.value.answered, late.value.phase)
