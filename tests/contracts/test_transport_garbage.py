"""No bytes of an upstream make a transport hang or fail in a way it did not promise."""

import asyncio
import ssl
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.foundation.trust import trusting_context
from gateway.upstreams.transport import TransportError
from gateway.upstreams.transports import TRANSPORTS
from tests.fakes.scripted_server import CHUNKED_HEAD, LAST_CHUNK, Peer, chunk, serving, whole
from tests.fakes.upstream_calls import a_call, an_upstream, read_all

CONTEXT: ssl.SSLContext = trusting_context()
PROPER = [whole(b"body"), CHUNKED_HEAD + chunk(b"bo") + chunk(b"dy") + LAST_CHUNK, b"HTTP/1.1 200 OK\r\n\r\n"]


@st.composite
def garbage(draw: st.DrawFn) -> bytes:
    """Draw bytes that are nearly an answer, or not at all."""
    if draw(st.booleans()):
        return draw(st.sampled_from([b"", *PROPER])) + draw(st.binary(max_size=40))
    raw = bytearray(draw(st.sampled_from(PROPER)))
    for _ in range(draw(st.integers(1, 4))):
        raw[draw(st.integers(0, len(raw) - 1))] = draw(st.sampled_from(b"\r\n\0 :;0123f\xffHT"))
    return bytes(raw)


@pytest.mark.slow
@pytest.mark.parametrize("make", TRANSPORTS.values(), ids=TRANSPORTS)
@settings(max_examples=80, deadline=None)
@given(garbage())
def test_whatever_an_upstream_sends_ends_in_one_of_our_ways(make: Any, raw: bytes) -> None:
    """
    An answer, or a `TransportError`, within the deadlines.
    """

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(raw)

    async def run() -> None:
        transport = make(CONTEXT)
        async with serving(script) as server:
            upstream = an_upstream(server.port, patience={"first_token_seconds": 5.0, "stall_seconds": 5.0})
            try:
                await read_all(await transport.send(a_call(upstream)))
            except TransportError:
                pass
            finally:
                await transport.close()

    with asyncio.Runner() as runner:
        runner.run(asyncio.wait_for(run(), 4))
