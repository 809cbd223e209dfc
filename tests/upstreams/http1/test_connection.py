"""One exchange at a time, and every way in which it ends."""

import asyncio
import gc
import weakref

import pytest

from gateway.upstreams.buffered_reply import BufferedReply
from gateway.upstreams.http1.connection import SLICE_BYTES, Connection
from gateway.upstreams.target import Patience
from gateway.upstreams.transport import InvalidAnswer, TransportBroke, TransportTimedOut
from tests.fakes.scripted_server import CHUNKED_HEAD, LAST_CHUNK, chunk, whole
from tests.fakes.upstream_calls import read_all


class Wire(asyncio.Transport):
    """A transport that notes what it is asked to do."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.unsent_bytes = 0
        self.reading = True
        self.closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.closing
        self.written.append(bytes(data))

    def abort(self) -> None:
        self.closing = True

    def is_closing(self) -> bool:
        return self.closing

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def get_write_buffer_size(self) -> int:
        return self.unsent_bytes

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Take any limit."""


class Line:
    """A connection on such a transport, and what its keeper hears."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.wire = Wire()
        self.heard: list[str] = []
        self.connection = Connection(self, self.loop)
        self.connection.connection_made(self.wire)

    def settle(self, connection: Connection) -> None:
        self.heard.append("reusable" if connection.is_reusable else "spent")

    def forget(self, connection: Connection) -> None:
        assert not connection.is_reusable
        self.heard.append("gone")

    def begin(self, patience: Patience | None = None) -> BufferedReply:
        return self.connection.begin(patience or Patience(), self.loop.time() + 100)

    def receive(self, *feeds: bytes) -> None:
        for feed in feeds:
            self.connection.data_received(feed)


async def test_a_whole_answer_leaves_the_connection_reusable() -> None:
    """
    The reply keeps its body; the connection is free before it is read.
    """
    line = Line()
    reply = line.begin()

    line.receive(whole(b"body"))

    assert (200, ["reusable"], True) == (reply.status, line.heard, line.connection.is_usable)
    assert b"body" == await reply.read()
    assert b"" == await reply.read()


@pytest.mark.parametrize(
    ("feeds", "error"),
    [
        ([b"nonsense"], InvalidAnswer),
        ([CHUNKED_HEAD + chunk(b"a"), b"nonsense\r\n"], InvalidAnswer),
    ],
)
async def test_nonsense_spends_the_connection(feeds: list[bytes], error: type[Exception]) -> None:
    """
    Whatever came before, the exchange fails and the connection is cut.
    """
    line = Line()
    reply = line.begin()

    line.receive(*feeds)

    assert (["spent"], True) == (line.heard, line.wire.closing)
    with pytest.raises(error):
        await read_all(reply)


@pytest.mark.parametrize("ending", ["eof_received", "connection_lost"])
@pytest.mark.parametrize(
    ("received", "answered"), [(b"", False), (b"HTTP", True), (CHUNKED_HEAD + chunk(b"a"), True)]
)
async def test_a_connection_that_ends_early_breaks_the_exchange(
    ending: str, received: bytes, *, answered: bool
) -> None:
    """
    It is told whether a byte of the answer had come.
    """
    line = Line()
    reply = line.begin()
    if received:
        line.receive(received)

    line.connection.eof_received() if ending == "eof_received" else line.connection.connection_lost(None)

    assert "spent" == line.heard[0]
    with pytest.raises(TransportBroke) as raised:
        await read_all(reply)
    assert answered == raised.value.answered


async def test_a_lost_connection_ends_no_body() -> None:
    """
    Only an orderly end is the end of a body without framing.
    """
    ended, lost = Line(), Line()
    replies = [ended.begin(), lost.begin()]
    for line in (ended, lost):
        line.receive(b"HTTP/1.1 200 OK\r\n\r\nbody")

    ended.connection.eof_received()
    lost.connection.connection_lost(ConnectionResetError())

    assert [b"body", b"body"] == [await reply.read() for reply in replies]
    assert b"" == await replies[0].read()
    with pytest.raises(TransportBroke):
        await replies[1].read()
    assert (["spent"], ["spent", "gone"]) == (ended.heard, lost.heard)


@pytest.mark.parametrize("event", ["data", "end"])
async def test_what_comes_while_idle_ends_the_connection(event: str) -> None:
    """
    Nobody asked.
    """
    line = Line()
    line.begin()
    line.receive(whole(b""))

    line.receive(b"x") if event == "data" else line.connection.eof_received()

    assert (True, False) == (line.wire.closing, line.connection.is_usable)


async def test_an_answer_before_the_request_was_sent_spends_the_connection() -> None:
    """
    With bytes of the request still in the buffer, the next request would follow half of this one.
    """
    line = Line()
    line.begin()
    line.wire.unsent_bytes = 1

    line.receive(whole(b"early"))

    assert ["spent"] == line.heard


async def test_reading_stops_for_a_slow_reader_and_goes_on() -> None:
    """
    More than 64 KiB unread stops it; taking them lets it go on.
    """
    line = Line()
    reply = line.begin()
    line.receive(CHUNKED_HEAD, chunk(b"x" * 64 * 1024))
    at_the_limit = line.wire.reading
    line.receive(chunk(b"y"))
    beyond = line.wire.reading

    size = len(await reply.read())

    assert (True, False, True) == (at_the_limit, beyond, line.wire.reading)
    assert 64 * 1024 + 1 == size


async def test_a_connection_that_ended_while_paused_reads_again() -> None:
    """
    What the loop had read already may complete the answer; the idle connection has to listen.
    """
    line = Line()
    reply = line.begin()
    line.receive(CHUNKED_HEAD, chunk(b"x" * 70_000))
    paused = not line.wire.reading
    line.receive(LAST_CHUNK)

    assert (True, True, ["reusable"]) == (paused, line.wire.reading, line.heard)
    assert 70_000 == len(await reply.read())


async def test_a_reply_that_is_done_cannot_disturb_the_next() -> None:
    """
    Reading and closing an old reply touches nothing of the connection that serves another by now.
    """
    line = Line()
    old = line.begin()
    line.receive(whole(b"old"))
    new = line.begin()
    line.receive(CHUNKED_HEAD, chunk(b"x" * 70_000))

    await old.read()
    old.close()

    assert (False, False) == (line.wire.reading, line.wire.closing)
    assert b"" == await old.read()
    assert 70_000 == len(await new.read())


async def test_a_reader_who_leaves_cuts_the_connection() -> None:
    """
    At once, and once.
    """
    line = Line()
    reply = line.begin()
    line.receive(CHUNKED_HEAD)

    reply.close()
    reply.close()
    line.connection.connection_lost(None)

    assert (["spent", "gone"], True) == (line.heard, line.wire.closing)


async def test_a_deadline_cuts_the_connection() -> None:
    """
    A time-out says what took too long and spends the connection.
    """
    line = Line()
    reply = line.begin(Patience(first_token_seconds=0.01, stall_seconds=0.01))

    with pytest.raises(TransportTimedOut) as raised:
        await reply.wait_for_head()

    assert ("head", ["spent"], True) == (raised.value.phase, line.heard, line.wire.closing)


async def test_an_upload_waits_for_the_upstream_to_read() -> None:
    """
    Slices go out one by one; a full buffer stops them.
    """
    line = Line()
    reply = line.begin()
    body = b"z" * (3 * SLICE_BYTES + 1)
    line.connection.pause_writing()
    upload = line.loop.create_task(line.connection.upload(b"head", body, reply))
    await asyncio.sleep(0)
    stopped = list(line.wire.written)

    line.connection.resume_writing()
    await upload
    line.receive(whole(b"ok"))

    assert [b"head"] == stopped
    assert b"head" + body == b"".join(line.wire.written)
    assert (5, ["reusable"]) == (len(line.wire.written), line.heard)


@pytest.mark.parametrize("answer", [CHUNKED_HEAD, whole(b"no", status=413)])
async def test_an_answer_ends_an_upload(answer: bytes) -> None:
    """
    Begun or whole, it stops the rest of the request, and the connection is spent.
    """
    line = Line()
    reply = line.begin()
    line.connection.pause_writing()
    upload = line.loop.create_task(line.connection.upload(b"head", b"z" * SLICE_BYTES, reply))
    await asyncio.sleep(0)

    line.receive(answer)
    await upload
    reply.close()

    assert ([b"head"], ["spent"]) == (line.wire.written, line.heard)


async def test_an_upload_never_writes_to_a_closed_transport() -> None:
    """
    A transport closes before it says so.
    """
    line = Line()
    reply = line.begin()
    line.connection.pause_writing()
    upload = line.loop.create_task(line.connection.upload(b"head", b"z" * SLICE_BYTES, reply))
    await asyncio.sleep(0)

    line.wire.abort()
    line.connection.resume_writing()
    await upload
    line.connection.connection_lost(ConnectionResetError())

    assert ([b"head"], ["spent", "gone"]) == (line.wire.written, line.heard)


async def test_a_cancelled_upload_leaves_nothing_behind() -> None:
    """
    Half a request is on the wire: the connection is spent.
    """
    line = Line()
    reply = line.begin()
    line.connection.pause_writing()
    upload = line.loop.create_task(line.connection.upload(b"head", b"z" * SLICE_BYTES, reply))
    await asyncio.sleep(0)

    upload.cancel()
    await asyncio.gather(upload, return_exceptions=True)
    reply.close()

    assert (["spent"], True) == (line.heard, line.wire.closing)


class _Keeper:
    """A keeper who keeps nothing."""

    def settle(self, connection: Connection) -> None:
        """Hear nothing."""

    def forget(self, connection: Connection) -> None:
        """Hear nothing."""


async def test_a_lost_connection_is_freed_at_once() -> None:
    """
    No circle of references waits for the garbage collector, which runs rarely in the product.
    """
    loop = asyncio.get_running_loop()
    connection = Connection(_Keeper(), loop)
    connection.connection_made(Wire())
    reply = connection.begin(Patience(), loop.time() + 100)
    connection.data_received(CHUNKED_HEAD)
    reply.close()
    gone = weakref.ref(connection)
    gc.disable()
    try:
        connection.connection_lost(None)
        del reply, connection
        left = gone()
    finally:
        gc.enable()

    assert left is None
