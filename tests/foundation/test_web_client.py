"""The client asks what it was told to ask, and its errors are ours."""

import asyncio
import socket
import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.foundation.trust import trusting_context
from gateway.foundation.web_client import (
    WebBroke,
    WebClient,
    WebConnectTimedOut,
    WebFailure,
    WebInvalid,
    WebRequest,
    WebUnreachable,
)
from tests.fakes.certificates import Authority
from tests.fakes.http2_peer import Http2Peer
from tests.fakes.scripted_server import CHUNKED_HEAD, Peer, Script, chunk, once, serving, whole


@pytest.fixture
async def client() -> AsyncIterator[WebClient]:
    one = WebClient(trusting_context())
    yield one
    await one.close()


def a_request(port: int, *, scheme: str = "http", host: str = "127.0.0.1") -> WebRequest:
    """Return a request to this machine."""
    return WebRequest("POST", scheme, host, port, "/a%2Fb?c", [(b"x-key", b"k")], b"body")


async def fetch(client: WebClient, request: WebRequest) -> tuple[int, bytes]:
    """Return status and body."""
    async with client.stream(request, connect_seconds=5.0) as answer:
        return answer.status, b"".join([piece async for piece in answer.pieces])


async def test_a_request_is_sent_as_it_stands(client: WebClient) -> None:
    """
    No header is added but Host and Content-Length, and the target is not rewritten.
    """
    seen: list[bytes] = []

    async def script(peer: Peer) -> None:
        seen.append(await peer.request())
        await peer.send(whole(b"ok", status=302, fields=b"location: /elsewhere\r\nset-cookie: a=b\r\n"))

    async with serving(script) as server:
        answer = await fetch(client, a_request(server.port))

    head, _, body = seen[0].partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert ((302, b"ok"), b"body", b"POST /a%2Fb?c HTTP/1.1") == (answer, body, lines[0])
    assert [b"content-length", b"host", b"x-key"] == sorted(
        line.partition(b":")[0].lower() for line in lines[1:]
    )


async def test_the_version_is_told(client: WebClient) -> None:
    """
    Whoever judges the answer needs to know what it came over.
    """
    async with (
        serving(once(b"HTTP/1.0 200 OK\r\n\r\n")) as server,
        client.stream(a_request(server.port), connect_seconds=5.0) as answer,
    ):
        assert "1.0" == answer.version


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (b"", WebBroke),
        (b"private nonsense\r\n\r\n", WebInvalid),
        (b"HTTP/1.1 200 OK\r\ncontent-length: private\r\n\r\n", WebInvalid),
        (CHUNKED_HEAD + chunk(b"private"), WebBroke),
        (CHUNKED_HEAD + b"private\r\n", WebBroke),
        (whole(b"private")[:-1], WebBroke),
    ],
)
async def test_errors_quote_nobody(client: WebClient, answer: bytes, failure: type[WebFailure]) -> None:
    """
    The library's texts quote what a server sent; they are not in the chain that would be printed.
    """
    async with serving(once(answer)) as server:
        with pytest.raises(failure) as raised:
            await fetch(client, a_request(server.port))

    assert "private" not in "".join(traceback.format_exception(raised.value))


async def test_nobody_there_is_told_apart(client: WebClient) -> None:
    """
    A refused connection, and a handshake that nobody answers.
    """

    async def mute(peer: Peer) -> None:
        await peer.until_gone()

    async with serving(mute) as server:
        silent = a_request(server.port, scheme="https")
        with pytest.raises(WebConnectTimedOut):
            async with client.stream(silent, connect_seconds=0.05):
                pass
    with pytest.raises(WebUnreachable):
        await fetch(client, a_request(server.port))


@contextmanager
def a_silent_port(port: int) -> Iterator[None]:
    """Let nobody in at this port, and turn nobody away: its backlog is full."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        try:
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(("127.0.0.1", port))
            yield
        finally:
            for filler in fillers:
                filler.close()


async def _silence(peer: Peer) -> None:
    await peer.until_gone()


async def _only_read(peer: Peer) -> None:
    await peer.reader.readuntil(b"\r\n\r\n")
    await peer.until_gone()


async def _open_and_be_silent(peer: Peer) -> None:
    await peer.reader.readuntil(b"\r\n\r\n")
    await peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
    await peer.until_gone()


@pytest.mark.parametrize(
    ("scheme", "proxy"), [("https", _silence), ("http", _only_read), ("http", _open_and_be_silent)]
)
async def test_a_proxy_has_no_longer_than_a_server(scheme: str, proxy: Script) -> None:
    """
    Its handshake, its word and the handshake behind it are parts of connecting.
    """
    async with serving(proxy) as server:
        client = WebClient(trusting_context(), forward_proxy=f"{scheme}://u:p@127.0.0.1:{server.port}")
        with pytest.raises(WebConnectTimedOut):
            async with client.stream(
                a_request(443, scheme="https", host="upstream.invalid"), connect_seconds=0.05
            ):
                pass
        await client.close()


@pytest.mark.slow
async def test_a_second_dial_has_no_longer_either(tmp_path: Path) -> None:
    """
    A server said goodbye on the connection that was kept, and where it was nobody answers now.
    """
    authority = Authority(tmp_path)
    theirs = authority.server_context("127.0.0.1")
    theirs.set_alpn_protocols(["h2"])

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        http2 = Http2Peer(Peer(reader, writer, 0))
        await http2.start()
        stream = await http2.request()
        assert stream is not None
        await http2.head(stream)
        await http2.data(stream, b"ok", end=True)
        await http2.goodbye(stream)
        writer.close()

    client = WebClient(trusting_context(authority.ca_file), http2=True)
    server = await asyncio.start_server(script, "127.0.0.1", 0, ssl=theirs)
    port = server.sockets[0].getsockname()[1]
    request = a_request(port, scheme="https")
    await fetch(client, request)
    server.close()
    with a_silent_port(port), pytest.raises(WebConnectTimedOut):
        async with client.stream(request, connect_seconds=0.2):
            pass
    await client.close()
    await server.wait_closed()


@pytest.mark.parametrize(
    "word", [b"", b"HTTP/1.1 407 private\r\ncontent-length: 0\r\n\r\n", b"private nonsense\r\n\r\n"]
)
async def test_what_a_proxy_refuses_never_reached_a_server(word: bytes) -> None:
    """
    Whatever it says or does not say instead of opening a way, and whoever waits is told of no connection.
    """
    connected: list[bool] = []

    async def proxy(peer: Peer) -> None:
        await peer.reader.readuntil(b"\r\n\r\n")
        await peer.send(word)

    async with serving(proxy) as server:
        client = WebClient(trusting_context(), forward_proxy=f"http://127.0.0.1:{server.port}")
        request = a_request(443, scheme="https", host="upstream.invalid")
        with pytest.raises(WebUnreachable):
            await fetch(client, replace(request, on_connected=lambda: connected.append(True)))
        await client.close()

    assert [] == connected


@pytest.mark.parametrize(
    ("scheme", "port", "told"),
    [
        ("http", 80, b"POST http://[2001:db8::1]/a%2Fb?c HTTP/1.1"),
        ("http", 8000, b"POST http://[2001:db8::1]:8000/a%2Fb?c HTTP/1.1"),
        ("https", 8443, b"CONNECT [2001:db8::1]:8443 HTTP/1.1"),
    ],
)
async def test_a_proxy_is_told_an_address_of_ipv6_in_brackets(scheme: str, port: int, told: bytes) -> None:
    """
    Without them, nobody could tell the port from the address.
    """
    seen: list[bytes] = []

    async def proxy(peer: Peer) -> None:
        seen.append(await peer.reader.readuntil(b"\r\n\r\n"))
        await peer.send(whole(b"no", status=403))

    async with serving(proxy) as server:
        client = WebClient(trusting_context(), forward_proxy=f"http://127.0.0.1:{server.port}")
        with suppress(WebUnreachable):
            await fetch(client, a_request(port, scheme=scheme, host="2001:db8::1"))
        await client.close()

    line, *fields = seen[0].split(b"\r\n")
    assert told == line
    host = b"[2001:db8::1]" if port == 80 else b"[2001:db8::1]:%d" % port
    assert b"host: " + host in [field.lower() for field in fields]


async def test_the_certificate_behind_a_proxy_is_asked_for_the_address_itself(tmp_path: Path) -> None:
    """
    It names `::1`, never `[::1]`.
    """
    authority = Authority(tmp_path)

    async def server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\nbody")
        writer.write(whole(b"ok"))
        await reader.read()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        ended.set()

    async def proxy(peer: Peer) -> None:
        await peer.reader.readuntil(b"\r\n\r\n")
        await peer.send(b"HTTP/1.1 200 go on\r\n\r\n")
        there = await asyncio.open_connection("127.0.0.1", secured.sockets[0].getsockname()[1])
        await asyncio.gather(_copy(peer.reader, there[1]), _copy(there[0], peer.writer))
        await there[1].wait_closed()

    ended = asyncio.Event()
    context = authority.server_context("::1")
    secured = await asyncio.start_server(server, "127.0.0.1", 0, ssl=context)
    async with secured, serving(proxy) as tunnel:
        client = WebClient(
            trusting_context(authority.ca_file), forward_proxy=f"http://127.0.0.1:{tunnel.port}"
        )
        answer = await fetch(client, a_request(443, scheme="https", host="::1"))
        await client.close()
        await ended.wait()

    assert (200, b"ok") == answer


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65_536):
        sink.write(data)
        await sink.drain()
    sink.close()


async def test_whoever_waits_for_a_connection_hears_of_it(client: WebClient) -> None:
    """
    A new one and one that was kept, each time once; over plain HTTP nobody shows a certificate.
    """
    connected: list[str] = []

    async def script(peer: Peer) -> None:
        for _ in range(2):
            await peer.request()
            connected.append("asked")
            await peer.send(whole(b"ok"))

    async with serving(script) as server:
        told = replace(a_request(server.port), on_connected=lambda: connected.append("connected"))
        for _ in range(2):
            async with client.stream(told, connect_seconds=5.0) as answer:
                ends = answer.certificate_ends()
                assert [b"ok"] == [piece async for piece in answer.pieces]

    assert ["connected", "asked"] * 2 == connected
    assert ends is None
