"""Every transport carries calls in the same way, on both event loops."""

import asyncio
import ssl
import time
import traceback
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from gateway.foundation.trust import trusting_context
from gateway.upstreams.target import Upstream
from gateway.upstreams.transport import (
    ConnectFailed,
    InvalidAnswer,
    PoolExhausted,
    Transport,
    TransportBroke,
    TransportError,
    TransportTimedOut,
)
from gateway.upstreams.transports import TRANSPORTS
from tests.fakes.certificates import Authority
from tests.fakes.scripted_server import CHUNKED_HEAD, LAST_CHUNK, Peer, always, chunk, once, serving, whole
from tests.fakes.sinks import ByteBasin
from tests.fakes.upstream_calls import JSON, a_call, an_upstream, read_all
from tests.fakes.virtual_time import settle_down

SECRET = "sk-not-to-be-shown"


@pytest.fixture(scope="session")
def context() -> ssl.SSLContext:
    return trusting_context()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(params=TRANSPORTS)
def make(request: pytest.FixtureRequest) -> Any:
    return TRANSPORTS[request.param]


@pytest.fixture
async def transport(make: Any, context: ssl.SSLContext) -> AsyncIterator[Transport]:
    one = make(context)
    yield one
    await one.close()


async def test_a_whole_answer_arrives(transport: Transport) -> None:
    """
    Status, headers and body come as they were sent.
    """
    async with serving(always(whole(b'{"a": 1}', fields=b"X-Trace: 7\r\n"))) as server:
        reply = await transport.send(a_call(an_upstream(server.port)))
        body = await read_all(reply)

    assert (200, b"7", b'{"a": 1}') == (reply.status, reply.headers[b"x-trace"], body)


async def test_the_request_is_what_was_asked(transport: Transport) -> None:
    """
    Line, fields and body are written once, with Host, Content-Length, Via and identity encoding.
    """
    seen: list[bytes] = []

    async def script(peer: Peer) -> None:
        while request := await peer.request():
            seen.append(request)
            await peer.send(whole(b""))

    async with serving(script) as server:
        call = a_call(an_upstream(server.port), b'{"x": 1}', target="/v1/chat?q=%2F", headers=JSON)
        reply = await transport.send(call)
        await read_all(reply)

    head, _, body = seen[0].partition(b"\r\n\r\n")
    line, *fields = head.split(b"\r\n")
    assert (b"POST /v1/chat?q=%2F HTTP/1.1", b'{"x": 1}') == (line, body)
    assert {
        b"host: 127.0.0.1:%d" % server.port,
        b"accept-encoding: identity",
        b"via: 1.1 deepseek-gateway",
        b"content-type: application/json",
        b"content-length: 8",
    } == {field.partition(b":")[0].lower() + b":" + field.partition(b":")[2] for field in fields}


async def test_interim_answers_are_passed_over(transport: Transport) -> None:
    """
    100 and 103 are not the answer.
    """
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"
    async with serving(always(interim + whole(b"here", status=201))) as server:
        reply = await transport.send(a_call(an_upstream(server.port)))
        body = await read_all(reply)

    assert (201, b"here") == (reply.status, body)
    assert b"link" not in reply.headers


async def test_pieces_are_read_as_they_come(transport: Transport) -> None:
    """
    A piece is readable before the next one is sent.
    """
    ask = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED_HEAD)
        for piece in (b"one", b"two", b"three"):
            await ask.wait()
            ask.clear()
            await peer.send(chunk(piece))
        await peer.send(LAST_CHUNK)

    async with serving(script) as server:
        reply = await transport.send(a_call(an_upstream(server.port)))
        pieces = []
        for _ in range(3):
            ask.set()
            pieces.append(await reply.read())
        pieces.append(await reply.read())

    assert [b"one", b"two", b"three", b""] == pieces


async def test_a_body_is_poured_as_it_comes(transport: Transport) -> None:
    """
    A piece is in the sink before the next one is sent, and the end is told.
    """
    basin = ByteBasin()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED_HEAD)
        for number, piece in enumerate((b"one", b"two", b"three")):
            await peer.send(chunk(piece))
            await basin.until(number + 1)
        await peer.send(LAST_CHUNK)

    async with serving(script) as server:
        reply = await transport.send(a_call(an_upstream(server.port)))
        came_to_its_end = await reply.pour(basin)

    assert came_to_its_end
    assert [b"one", b"two", b"three"] == basin.pieces


async def test_a_cut_body_is_poured_up_to_the_cut(transport: Transport) -> None:
    """
    What came before the cut is in the sink, and the cut is raised.
    """
    basin = ByteBasin()
    async with serving(once(CHUNKED_HEAD + chunk(b"one"))) as server:
        reply = await transport.send(a_call(an_upstream(server.port)))
        with pytest.raises(TransportBroke):
            await reply.pour(basin)

    assert b"one" == b"".join(basin.pieces)


async def test_leaving_while_a_body_is_poured_reaches_the_server(transport: Transport) -> None:
    """
    A cancelled caller, whose exchange closes the reply, ends the generation at once.
    """
    gone, basin = asyncio.Event(), ByteBasin()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED_HEAD + chunk(b"one"))
        await peer.until_gone()
        gone.set()

    async with serving(script) as server:
        reply = await transport.send(a_call(an_upstream(server.port)))
        pouring = asyncio.ensure_future(reply.pour(basin))
        await basin.until(1)

        pouring.cancel()
        reply.close()

        async with asyncio.timeout(1):
            await gone.wait()


async def test_a_body_may_end_with_the_connection(transport: Transport) -> None:
    """
    Without length or chunks, the end of the connection is the end of the body.
    """
    async with serving(once(b"HTTP/1.1 200 OK\r\n\r\nall of it")) as server:
        reply = await transport.send(a_call(an_upstream(server.port)))
        body = await read_all(reply)

    assert b"all of it" == body


async def test_hop_by_hop_fields_stay_on_their_hop(transport: Transport) -> None:
    """
    Connection, what it names, and their kind are dropped.
    """
    fields = b"Connection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nX-End: 2\r\n"
    async with serving(once(whole(b"ok", fields=fields))) as server:
        reply = await transport.send(a_call(an_upstream(server.port)))
        await read_all(reply)

    assert {b"x-end": b"2", b"content-length": b"2"} == dict(reply.headers)


async def test_a_connection_serves_again(transport: Transport) -> None:
    """
    Calls that follow each other use one connection.
    """
    async with serving(always(whole(b"ok"))) as server:
        for _ in range(3):
            reply = await transport.send(a_call(an_upstream(server.port)))
            await read_all(reply)
            reply.close()

    assert 1 == len(server.peers)


class Retries:
    """How often calls were sent once more."""

    def __init__(self) -> None:
        self.count = 0

    def note(self) -> None:
        """Hear of one."""
        self.count += 1

    async def ask(self, transport: Transport, upstream: Upstream) -> bytes:
        """Send a call and return the body of its answer; what ends an exchange has had its turn then."""
        call = msgspec.structs.replace(a_call(upstream), on_retry=self.note)
        body = await read_all(await transport.send(call))
        await settle_down()
        return body


async def test_a_connection_that_was_just_closed_is_replaced_once(transport: Transport) -> None:
    """
    If no byte of an answer came over a used connection, the call goes out again, on a fresh one.
    """
    retries = Retries()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(whole(b"%d" % peer.number))
        await peer.request()

    async with serving(script) as server:
        answers = [await retries.ask(transport, an_upstream(server.port)) for _ in range(2)]

    assert [b"0", b"1"] == answers
    assert (1, 2) == (retries.count, len(server.peers))


async def test_a_fresh_connection_that_fails_is_not_replaced(transport: Transport) -> None:
    """
    One retry, and only because the first connection was a used one.
    """
    retries = Retries()

    async def script(peer: Peer) -> None:
        if peer.number == 0:
            await peer.request()
            await peer.send(whole(b"ok"))
        await peer.request()

    async with serving(script) as server:
        upstream = an_upstream(server.port)
        await retries.ask(transport, upstream)
        for _ in range(2):
            with pytest.raises(TransportBroke) as raised:
                await retries.ask(transport, upstream)

    assert not raised.value.answered
    assert (1, 3) == (retries.count, len(server.peers))


async def test_one_byte_of_an_answer_forbids_the_retry(transport: Transport) -> None:
    """
    An upstream that began to answer has done something.
    """
    retries = Retries()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(whole(b"ok"))
        await peer.request()
        await peer.send(b"H")

    async with serving(script) as server:
        upstream = an_upstream(server.port)
        await retries.ask(transport, upstream)
        with pytest.raises(TransportBroke):
            await retries.ask(transport, upstream)

    assert 0 == retries.count


async def test_a_retry_comes_before_the_line_is_full_of_others(transport: Transport) -> None:
    """
    With the only slot gone to a waiter, the retry waits its turn and gets a fresh connection.
    """
    retries = Retries()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(whole(b"ok"))
        await peer.request()

    async with serving(script) as server:
        upstream = an_upstream(server.port, connections=1)
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(retries.ask(transport, upstream)) for _ in range(4)]

    assert [b"ok"] * 4 == [task.result() for task in asked]


@pytest.mark.parametrize(
    "behind", [whole(b"two"), b"x", CHUNKED_HEAD + chunk(b"two") + LAST_CHUNK, b"HTTP/1.1 200 OK\r\n"]
)
@pytest.mark.parametrize("answer", [whole(b"one"), CHUNKED_HEAD + chunk(b"one") + LAST_CHUNK])
async def test_bytes_behind_an_answer_are_nobodys(transport: Transport, answer: bytes, behind: bytes) -> None:
    """
    Never are they taken for the answer to the next call: that one goes over another connection.
    """
    retries = Retries()
    async with serving(always(answer + behind)) as server:
        upstream = an_upstream(server.port)
        bodies = [await retries.ask(transport, upstream) for _ in range(3)]

    assert [b"one"] * 3 == bodies
    assert 3 == len(server.peers)


async def test_a_connection_that_is_reset_gave_no_answer(transport: Transport) -> None:
    """
    It is told apart from what is no HTTP.
    """

    async def script(peer: Peer) -> None:
        await peer.request()
        peer.cut()

    async with serving(script) as server:
        with pytest.raises(TransportBroke) as raised:
            await transport.send(a_call(an_upstream(server.port)))

    assert not raised.value.answered


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf",
        CHUNKED_HEAD + chunk(b"half"),
        CHUNKED_HEAD + b"10\r\nhalf",
        CHUNKED_HEAD + chunk(b"half") + b"0\r\n",
    ],
)
async def test_a_cut_body_is_no_body(transport: Transport, answer: bytes) -> None:
    """
    What came can be read; then it is said that the rest never will.
    """
    async with serving(once(answer)) as server:
        reply = await transport.send(a_call(an_upstream(server.port)))

        with pytest.raises(TransportBroke) as raised:
            await read_all(reply)

    assert raised.value.answered


async def test_a_server_that_hangs_up_gave_no_answer(transport: Transport) -> None:
    """
    A connection that ends before the answer begins is told apart: it may be tried again.
    """

    async def script(peer: Peer) -> None:
        await peer.request()

    async with serving(script) as server:
        with pytest.raises(TransportBroke) as raised:
            await transport.send(a_call(an_upstream(server.port)))

    assert not raised.value.answered


async def test_a_refused_connection_is_named(transport: Transport) -> None:
    """
    Nobody listens.
    """
    async with serving(always(b"")) as server:
        port = server.port

    with pytest.raises(ConnectFailed, match=r"refused|no address answered"):
        await transport.send(a_call(an_upstream(port)))


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: two\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: identity\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nbad header: 1\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 101 + b"content-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 70_000 + b"\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 300_000,
        b"SSH-2.0-OpenSSH_9.9\r\n\r\n",
        b"\x15\x03\x03\x00\x02\x02\x50\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_refused(transport: Transport, answer: bytes) -> None:
    """
    Two framings, unknown codings, wrong lengths, huge headers and plain garbage are all one error.
    """

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(answer)
        await peer.until_gone()

    async with serving(script) as server:
        upstream = an_upstream(server.port, patience={"first_token_seconds": 5.0})
        with pytest.raises(InvalidAnswer):
            await transport.send(a_call(upstream))


async def test_silence_before_the_head_ends(transport: Transport) -> None:
    """
    The head has its deadline, and the server notices the end.
    """
    gone = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.until_gone()
        gone.set()

    async with serving(script) as server:
        upstream = an_upstream(server.port, patience={"first_token_seconds": 0.05})
        with pytest.raises(TransportTimedOut) as raised:
            await transport.send(a_call(upstream))
        await gone.wait()

    assert ("head", False) == (raised.value.phase, raised.value.answered)


async def test_silence_within_the_body_ends(transport: Transport) -> None:
    """
    Between two pieces the stall time runs.
    """
    gone = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED_HEAD + chunk(b"one"))
        await peer.until_gone()
        gone.set()

    async with serving(script) as server:
        upstream = an_upstream(server.port, patience={"stall_seconds": 0.05})
        reply = await transport.send(a_call(upstream))
        with pytest.raises(TransportTimedOut) as raised:
            await read_all(reply)
        await gone.wait()

    assert ("stall", True) == (raised.value.phase, raised.value.answered)


async def test_the_whole_answer_has_a_deadline(transport: Transport) -> None:
    """
    A stream that never stalls and never ends is cut.
    """

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED_HEAD)
        while True:
            await peer.send(chunk(b"more"))
            await asyncio.sleep(0.005)

    async with serving(script) as server:
        upstream = an_upstream(server.port, patience={"stall_seconds": 5.0, "total_seconds": 0.05})
        with pytest.raises(TransportTimedOut) as raised:
            await read_all(await transport.send(a_call(upstream)))

    assert "total" == raised.value.phase


async def test_closing_in_mid_stream_reaches_the_server(transport: Transport) -> None:
    """
    An upstream whose reader left sees its connection end at once.
    """
    gone = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED_HEAD + chunk(b"one"))
        await peer.until_gone()
        gone.set()

    async with serving(script) as server:
        reply = await transport.send(a_call(an_upstream(server.port)))
        await reply.read()

        reply.close()
        reply.close()

        async with asyncio.timeout(1):
            await gone.wait()


async def test_leaving_in_the_middle_of_a_handshake_reaches_the_server(transport: Transport) -> None:
    """
    A server that says nothing to a greeting sees its connection end with the caller.
    """
    greeted, gone = asyncio.Event(), asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.reader.read(1)
        greeted.set()
        await peer.until_gone()
        gone.set()

    async with serving(script) as server:
        sending = asyncio.ensure_future(transport.send(a_call(an_upstream(server.port, scheme="https"))))
        await greeted.wait()

        sending.cancel()

        async with asyncio.timeout(1):
            await gone.wait()


async def test_closing_wakes_a_reader(transport: Transport) -> None:
    """
    Whoever reads while another closes hears of it.
    """

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED_HEAD)
        await peer.until_gone()

    async with serving(script) as server:
        reply = await transport.send(a_call(an_upstream(server.port)))
        asyncio.get_running_loop().call_soon(reply.close)

        with pytest.raises(TransportBroke):
            await reply.read()


async def test_an_upstream_has_only_so_many_connections(transport: Transport) -> None:
    """
    Calls beyond the cap wait in a queue, first come, first served.
    """
    served: list[bytes] = []

    async def script(peer: Peer) -> None:
        while request := await peer.request():
            served.append(request.partition(b"\r\n\r\n")[2])
            await peer.send(whole(b"ok"))

    async def exchange(number: int) -> None:
        reply = await transport.send(a_call(upstream, b"%d" % number))
        await read_all(reply)

    async with serving(script) as server:
        upstream = an_upstream(server.port, connections=1)
        async with asyncio.TaskGroup() as group:
            for number in range(6):
                group.create_task(exchange(number))

    assert [b"%d" % number for number in range(6)] == served
    assert 1 == len(server.peers)


async def test_a_full_queue_turns_away(transport: Transport) -> None:
    """
    Neither the queue nor the time in it is without bound.
    """

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.until_gone()

    async with serving(script) as server:
        upstream = an_upstream(
            server.port, connections=1, queue=1, patience={"queue_seconds": 0.05, "first_token_seconds": 5.0}
        )
        async with asyncio.TaskGroup() as group:
            first = group.create_task(_outcome(transport, a_call(upstream)))
            second = group.create_task(_outcome(transport, a_call(upstream)))
            await asyncio.sleep(0)
            third = await _outcome(transport, a_call(upstream))
            waited = await second
            first.cancel()

    assert isinstance(third, PoolExhausted)
    assert isinstance(waited, PoolExhausted)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_cancelled_anywhere_the_transport_still_works(
    make: Any, authority: Authority, scheme: str
) -> None:
    """
    However far a call got when it was cancelled, the next one gets its own answer and the only slot.
    """
    transport = make(trusting_context(authority.ca_file))

    async def echo(peer: Peer) -> None:
        while request := await peer.request():
            await peer.send(CHUNKED_HEAD)
            for letter in request.partition(b"\r\n\r\n")[2]:
                await peer.send(chunk(bytes([letter])))
            await peer.send(LAST_CHUNK)

    async def exchange(body: bytes) -> bytes:
        reply = await transport.send(a_call(upstream, body))
        try:
            return await read_all(reply)
        finally:
            reply.close()

    context = authority.server_context("127.0.0.1") if scheme == "https" else None
    loop = asyncio.get_running_loop()
    async with serving(echo, context=context) as server:
        upstream = an_upstream(server.port, scheme=scheme, connections=1)
        for steps in range(40):
            leaver, waiter = (loop.create_task(exchange(body)) for body in (b"leaves", b"%d" % steps))
            for _ in range(steps):
                await asyncio.sleep(0)
            leaver.cancel()
            assert b"%d" % steps == await waiter
        last = await exchange(b"last")
        await transport.close()

    assert b"last" == last


async def test_a_trusted_certificate_opens(make: Any, authority: Authority) -> None:
    """
    TLS is spoken with those whom the given authority vouches for.
    """
    transport = make(trusting_context(authority.ca_file))
    async with serving(always(whole(b"safe")), context=authority.server_context("127.0.0.1")) as server:
        reply = await transport.send(a_call(an_upstream(server.port, scheme="https")))
        body = await read_all(reply)
        await transport.close()

    assert b"safe" == body


async def test_when_certificates_expire_is_known(make: Any, authority: Authority) -> None:
    """
    Of those who showed one.
    """
    transport = make(trusting_context(authority.ca_file))
    before = transport.certificate_expiries()
    async with serving(always(whole(b"safe")), context=authority.server_context("127.0.0.1")) as server:
        reply = await transport.send(a_call(an_upstream(server.port, scheme="https")))
        await read_all(reply)
        after = transport.certificate_expiries()
        await transport.close()

    assert {} == before
    assert ["test"] == list(after)
    assert time.time() < after["test"] < time.time() + 100 * 365 * 86_400


async def test_plain_connections_show_no_certificate(make: Any) -> None:
    """
    There is nothing to renew.
    """
    transport = make(trusting_context(None))
    async with serving(always(whole(b"plain"))) as server:
        connected: list[bool] = []
        call = a_call(an_upstream(server.port))
        call = msgspec.structs.replace(call, on_connected=lambda: connected.append(True))
        await read_all(await transport.send(call))
        expiries = transport.certificate_expiries()
        await transport.close()

    assert {} == expiries
    assert [True] == connected


@pytest.mark.parametrize("name", ["other.example", "127.0.0.2"])
async def test_a_certificate_for_another_host_is_refused(make: Any, authority: Authority, name: str) -> None:
    """
    A certificate has to name the host that was called.
    """
    transport = make(trusting_context(authority.ca_file))
    async with serving(always(whole(b"safe")), context=authority.server_context(name)) as server:
        with pytest.raises(ConnectFailed):
            await transport.send(a_call(an_upstream(server.port, scheme="https")))
        await transport.close()


async def test_an_unknown_authority_is_refused(transport: Transport, authority: Authority) -> None:
    """
    Without the CA file nobody vouches for the test's authority.
    """
    async with serving(always(whole(b"safe")), context=authority.server_context("127.0.0.1")) as server:
        with pytest.raises(ConnectFailed, match="the certificate is not trusted"):
            await transport.send(a_call(an_upstream(server.port, scheme="https")))


@pytest.mark.parametrize(
    "call",
    [
        {"headers": ((b"authorization", b"Bearer " + SECRET.encode() + b"\r\nx: y"),)},
        {"headers": ((b"authorization", b"Bearer " + SECRET.encode() + b"\n"),)},
        {"headers": ((b"authorization", b"Bearer " + SECRET.encode() + b"\0"),)},
        {"headers": ((b"authorization", b"Bearer " + SECRET.encode() + b"\x01"),)},
        {"headers": ((b"x y", SECRET.encode()),)},
        {"headers": ((b"content-length", b"1"),)},
        {"headers": ((b"Transfer-Encoding", b"chunked"),)},
        {"target": "/a b"},
        {"target": "/a\r\nx: y"},
        {"target": "a"},
        {"method": "HEAD"},
        {"method": "GET\r\n"},
    ],
)
async def test_nothing_can_be_smuggled_into_a_request(transport: Transport, call: dict[str, Any]) -> None:
    """
    What would change the shape of a request is refused before anything is sent.
    """
    async with serving(always(whole(b"ok"))) as server:
        with pytest.raises(ValueError, match=r"header|method|target") as raised:
            await transport.send(a_call(an_upstream(server.port), **call))

    assert [] == server.peers
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("answer", [b"", b"an answer\r\n\r\n", CHUNKED_HEAD + chunk(b"an answer")])
async def test_errors_show_no_secret(transport: Transport, answer: bytes) -> None:
    """
    Neither the credential, nor what was asked, nor what was answered is in any error of the chain.
    """
    async with serving(once(answer)) as server:
        headers = ((b"authorization", b"Bearer " + SECRET.encode()),)
        upstream = an_upstream(server.port)
        error = await _outcome(transport, a_call(upstream, b"a private text", headers=headers))

    assert error is not None
    printed = "".join(traceback.format_exception(error))
    assert [] == [text for text in (SECRET, "a private text", "an answer") if text in printed]


async def test_a_closed_transport_sends_nothing(transport: Transport) -> None:
    """
    Closing cuts what runs, and later calls fail at once.
    """

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED_HEAD)
        await peer.until_gone()

    async with serving(script) as server:
        upstream = an_upstream(server.port)
        reply = await transport.send(a_call(upstream))
        await transport.close()

        with pytest.raises(TransportBroke):
            await reply.read()
        with pytest.raises(ConnectFailed):
            await transport.send(a_call(upstream))


async def _outcome(transport: Transport, call: Any) -> TransportError | None:
    try:
        await read_all(await transport.send(call))
    except TransportError as error:
        return error
    return None
