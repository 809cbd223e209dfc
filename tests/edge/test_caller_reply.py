"""A reply frames its body, ends it once, and is silent to one who left."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.edge.caller_reply import CallerGone, CallerReply
from gateway.edge.door_limits import DoorLimits
from gateway.edge.request_head import parse_head
from gateway.edge.response_head import DateLine
from gateway.foundation.clock import FakeClock


class RecordingLine:
    """A connection that records what the reply did to it."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.ended: list[str] = []
        self.is_congested = False

    def may_keep_alive(self) -> bool:
        """Always."""
        return True

    def send(self, data: bytes) -> None:
        """Record a write."""
        self.sent.append(data)

    def finish(self, *, keep_alive: bool) -> None:
        """Record a proper end."""
        self.ended.append("kept" if keep_alive else "closed")

    def cut(self, *, hard: bool) -> None:
        """Record a cut."""
        self.ended.append("reset" if hard else "cut")


def a_reply(line: RecordingLine, start: bytes = b"GET / HTTP/1.1") -> CallerReply:
    """Return the reply to a request with this first line."""
    head = parse_head(start + b"\r\nHost: door\r\n\r\n", DoorLimits())
    return CallerReply(line, head, DateLine(FakeClock()))


def test_head_body_and_end_leave_in_one_write() -> None:
    """
    A whole answer is one packet, with and without a length.
    """
    for headers in ([(b"content-length", b"2")], []):
        line = RecordingLine()
        reply = a_reply(line)
        reply.begin(200, headers)

        reply.end(b"ok")

        assert 1 == len(line.sent)
        assert ["kept"] == line.ended
        assert reply.is_over


def test_what_needs_no_waiting_is_sent_now() -> None:
    """
    A caller who reads is sent the piece; one who does not, or who left, is not.
    """
    line = RecordingLine()
    reply = a_reply(line)
    reply.begin(200, [(b"content-length", b"9")])

    sent = [reply.send_now(b"one")]
    line.is_congested = True
    sent.append(reply.send_now(b"two"))
    line.is_congested = False
    sent.append(reply.send_now(b"three"))
    reply.leave()
    sent.append(reply.send_now(b"x"))

    assert [True, False, True, False] == sent
    assert line.sent[0].endswith(b"one")
    assert [b"three"] == line.sent[1:]


@given(
    some.lists(some.binary(max_size=5), max_size=6),
    some.sampled_from([b"GET / HTTP/1.1", b"GET / HTTP/1.0", b"HEAD / HTTP/1.1"]),
    some.sampled_from([[], [(b"content-length", b"30")]]),
)
def test_what_is_sent_now_is_what_a_write_sends(
    pieces: list[bytes], start: bytes, headers: list[tuple[bytes, bytes]]
) -> None:
    """
    Whatever the framing, the same bytes leave in the same writes.
    """
    waiting, at_once = RecordingLine(), RecordingLine()
    writer, sender = a_reply(waiting, start), a_reply(at_once, start)

    async def write() -> None:
        writer.begin(200, headers)
        for piece in pieces:
            await writer.write(piece)

    asyncio.run(write())
    sender.begin(200, headers)
    sent = [sender.send_now(piece) for piece in pieces]

    assert all(sent)
    assert waiting.sent == at_once.sent


def test_begin_sends_nothing() -> None:
    """
    The head waits for the first write.
    """
    line = RecordingLine()

    a_reply(line).begin(200, [])

    assert [] == line.sent


@given(some.lists(some.binary(max_size=20), max_size=8), some.binary(max_size=20))
def test_chunks_carry_exactly_what_was_written(pieces: list[bytes], last: bytes) -> None:
    """
    Decoded again, the chunks are the pieces; each one left in a write of its own, none ended the body early.
    """
    line = RecordingLine()
    reply = a_reply(line)

    async def answer() -> None:
        reply.begin(200, [])
        for piece in pieces:
            await reply.write(piece)
        reply.end(last)

    asyncio.run(answer())

    body = b"".join(line.sent).partition(b"\r\n\r\n")[2]
    assert b"".join(pieces) + last == _decode(body)
    assert len(line.sent) <= len(pieces) + 1


async def test_a_write_waits_while_the_line_is_congested() -> None:
    """
    The bytes are sent at once; the writer goes on when the line is free.
    """
    line = RecordingLine()
    reply = a_reply(line)
    reply.begin(200, [])
    line.is_congested = True

    writing = asyncio.ensure_future(reply.write(b"x"))
    await asyncio.sleep(0)
    was_waiting = not writing.done()
    reply.resume()
    await writing

    assert was_waiting
    assert 1 == len(line.sent)


async def test_a_waiting_write_ends_when_the_caller_leaves() -> None:
    """
    The writer is woken with `CallerGone`.
    """
    line = RecordingLine()
    reply = a_reply(line)
    reply.begin(200, [])
    line.is_congested = True
    writing = asyncio.ensure_future(reply.write(b"x"))
    await asyncio.sleep(0)

    reply.leave()

    with pytest.raises(CallerGone):
        await writing


async def test_after_an_abort_nothing_can_be_said() -> None:
    """
    The cut happens once; a later write or end is a mistake that is raised.
    """
    line = RecordingLine()
    reply = a_reply(line)
    reply.begin(200, [])

    reply.abort()
    reply.abort()

    assert ["cut"] == line.ended
    with pytest.raises(RuntimeError):
        await reply.write(b"x")
    with pytest.raises(RuntimeError):
        reply.end()


def test_a_reply_begins_once_and_before_it_ends() -> None:
    """
    The order of calls is checked.
    """
    reply = a_reply(RecordingLine())

    with pytest.raises(RuntimeError):
        reply.end()
    reply.begin(200, [])
    with pytest.raises(RuntimeError):
        reply.begin(200, [])


def test_a_refused_header_leaves_the_reply_unbegun() -> None:
    """
    After the `ValueError` another head can be given.
    """
    line = RecordingLine()
    reply = a_reply(line)

    with pytest.raises(ValueError, match="CR, LF or NUL"):
        reply.begin(200, [(b"a", b"b\r\n")])
    reply.begin(500, [])
    reply.end()

    assert line.sent[0].startswith(b"HTTP/1.1 500 ")


async def test_only_a_stream_that_the_close_would_end_is_reset() -> None:
    """
    HTTP/1.0 without a length is cut hard once something was sent; everything else softly.
    """
    line = RecordingLine()
    unsent, sent = a_reply(line, b"GET / HTTP/1.0"), a_reply(line, b"GET / HTTP/1.0")
    for reply in (unsent, sent):
        reply.begin(200, [])
    await sent.write(b"x")

    unsent.abort()
    sent.abort()

    assert ["cut", "reset"] == line.ended


@pytest.mark.parametrize("start", [b"HEAD / HTTP/1.1"])
def test_a_reply_to_head_has_no_body(start: bytes) -> None:
    """
    What is written as a body is dropped, its length kept.
    """
    line = RecordingLine()
    reply = a_reply(line, start)
    reply.begin(200, [(b"content-length", b"4")])

    reply.end(b"body")

    assert line.sent[0].endswith(b"\r\n\r\n")
    assert b"content-length: 4\r\n" in line.sent[0]


def test_a_leaving_explains_the_errors_raised_on_its_account() -> None:
    """
    An error raised from or while handling `CallerGone` is one of leaving; another is not.
    """
    own = LookupError()
    wrapped = LookupError()
    wrapped.__context__ = CallerGone()

    assert CallerGone.explains(CallerGone())
    assert CallerGone.explains(wrapped)
    assert not CallerGone.explains(own)


def _decode(body: bytes) -> bytes:
    found = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        found += body[: int(size, 16)]
        assert b"\r\n" == body[int(size, 16) : int(size, 16) + 2]
        body = body[int(size, 16) + 2 :]
        if int(size, 16) == 0:
            assert b"" == body
    return found
