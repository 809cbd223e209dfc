"""Lines are closed by whoever leaves, and goodbyes wait on those that speak HTTP/2."""

import asyncio
import contextlib
from pathlib import Path

import httpcore2
import pytest

from gateway.foundation.goodbyes import Goodbyes
from gateway.foundation.trust import trusting_context
from gateway.foundation.web_lines import Line, LineDialler
from tests.fakes.certificates import Authority
from tests.fakes.scripted_server import Peer, serving
from tests.foundation.test_goodbyes import DATA, END_STREAM, frame, goodbye


class _Pieces(httpcore2.AsyncNetworkStream):
    """A stream of these pieces, then its end."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = list(pieces)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._pieces.pop(0) if self._pieces else b""


async def _read_all(line: Line) -> list[bytes]:
    pieces = []
    while piece := await line.read(4096):
        pieces.append(piece)
    return pieces


async def test_a_goodbye_is_read_behind_the_answer() -> None:
    """
    In a read of its own, so that the library has taken the answer in before it hears of it.
    """
    end = frame(DATA, b"end", flags=END_STREAM)
    line = Line(_Pieces(goodbye(), frame(DATA, b"more") + end), Goodbyes())

    assert [frame(DATA, b"more") + end, goodbye()] == await _read_all(line)


async def test_without_an_end_of_the_answer_it_is_read_at_the_end_of_the_line() -> None:
    """
    Whoever waits for an answer that will not come hears why.
    """
    assert [goodbye()] == await _read_all(Line(_Pieces(goodbye()), Goodbyes()))


async def test_other_lines_pass_what_comes() -> None:
    """
    Over HTTP/1.1 nothing is looked at.
    """
    assert [goodbye(), b"x"] == await _read_all(Line(_Pieces(goodbye(), b"x")))


async def test_a_handshake_that_is_given_up_leaves_no_connection() -> None:
    """
    The server sees the end at once.
    """
    gone = asyncio.Event()

    async def mute(peer: Peer) -> None:
        await peer.until_gone()
        gone.set()

    async with serving(mute) as server:
        line = await LineDialler().connect_tcp("127.0.0.1", server.port)
        handshake = asyncio.ensure_future(line.start_tls(trusting_context(), "localhost"))
        await asyncio.sleep(0)
        handshake.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await handshake
        async with asyncio.timeout(1):
            await gone.wait()

    assert handshake.cancelled()


@pytest.mark.parametrize("host", ["nowhere.invalid", "x" * 70])
async def test_a_name_without_address_is_no_connection(host: str) -> None:
    """
    Nor is one that is no name.
    """
    with pytest.raises(httpcore2.ConnectError):
        await LineDialler().connect_tcp(host, 80)


@pytest.mark.parametrize(("spoken", "first"), [("h2", frame(DATA)), ("http/1.1", goodbye())])
async def test_what_is_spoken_decides_whether_goodbyes_wait(
    tmp_path: Path, spoken: str, first: bytes
) -> None:
    """
    Both sides agree on it in the handshake.
    """
    authority = Authority(tmp_path)
    theirs, ours = authority.server_context("127.0.0.1"), trusting_context(authority.ca_file)
    for context in (theirs, ours):
        context.set_alpn_protocols([spoken])

    async def script(peer: Peer) -> None:
        await peer.send(goodbye())
        await peer.reader.read(1)
        await peer.send(frame(DATA))

    async with serving(script, context=theirs) as server:
        line = await (await LineDialler().connect_tcp("127.0.0.1", server.port)).start_tls(ours, "127.0.0.1")
        if spoken == "h2":
            await line.write(b"x")
        read = await line.read(4096)
        await line.aclose()

    assert first == read
