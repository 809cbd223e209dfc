"""A body is handed out whole within a limit, or in parts, or not at all."""

import asyncio
import itertools
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.edge.door_limits import DoorLimits
from gateway.edge.request_body import BodyIncomplete, BodyTooLarge, BodyTooSlow, RequestBody
from gateway.edge.request_head import parse_head


class RecordingSource:
    """A connection that records what the body asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def invite_body(self) -> None:
        """Record."""
        self.asked.append("invite")

    def pause_body(self) -> None:
        """Record."""
        self.asked.append("pause")

    def resume_body(self) -> None:
        """Record."""
        self.asked.append("resume")


def a_body(
    framing: bytes, source: RecordingSource | None = None, *, ahead_bytes: int = 1000, more: bytes = b""
) -> RequestBody:
    """Return the body of a request with this framing field."""
    raw = b"POST / HTTP/1.1\r\nHost: door\r\n" + framing + b"\r\n" + more + b"\r\n"
    return RequestBody(source or RecordingSource(), parse_head(raw, DoorLimits()), ahead_bytes)


@given(
    body=some.binary(max_size=60),
    cuts=some.lists(some.integers(0, 120), max_size=6),
    is_chunked=some.booleans(),
    limit_bytes=some.integers(0, 60),
)
def test_a_body_is_whole_or_refused_however_it_comes(
    body: bytes,
    cuts: list[int],
    is_chunked: bool,  # noqa: FBT001 - hypothesis gives it
    limit_bytes: int,
) -> None:
    """
    For every split and framing: exactly the body if it fits the limit, else `BodyTooLarge`; never more.
    """
    wire = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if is_chunked and body else body
    if is_chunked and not body:
        wire = b"0\r\n\r\n"
    framing = b"Transfer-Encoding: chunked" if is_chunked else b"Content-Length: %d" % len(body)
    edges = [0, *sorted(cut for cut in cuts if cut < len(wire)), len(wire)]

    async def read() -> bytes:
        request = a_body(framing)
        reading = asyncio.ensure_future(request.read(limit_bytes))
        await asyncio.sleep(0)
        for start, end in itertools.pairwise(edges):
            request.feed(wire[start:end])
            await asyncio.sleep(0)
        return await reading

    if len(body) <= limit_bytes:
        assert body == asyncio.run(read())
    else:
        with pytest.raises(BodyTooLarge):
            asyncio.run(read())


@given(cut=some.integers(0, 6))
def test_bytes_behind_the_end_are_given_back(cut: int) -> None:
    """
    Not one byte of the next request is taken for the body.
    """
    wire = b"bodynext"
    body = a_body(b"Content-Length: 4")

    rest = b"".join(
        body.feed(packet) if not body.is_complete else packet for packet in (wire[:cut], wire[cut:])
    )

    assert b"next" == rest


async def test_parts_come_as_they_arrive() -> None:
    """
    A reader of parts is told whether more follows.
    """
    body = a_body(b"Content-Length: 6")
    body.feed(b"one")

    first = await body.read_part()
    body.feed(b"two")
    second = await body.read_part()

    assert [(b"one", True), (b"two", False)] == [first, second]


async def test_an_unread_body_is_paused_once_and_resumed_when_read() -> None:
    """
    Above the bound the source is paused; reading, or the end of the body, lets it go on.
    """
    source = RecordingSource()
    body = a_body(b"Content-Length: 30", source, ahead_bytes=10)
    body.feed(b"x" * 11)
    body.feed(b"x" * 11)
    asked_while_unread = list(source.asked)

    reading = asyncio.ensure_future(body.read(30))
    await asyncio.sleep(0)
    asked_when_read = list(source.asked)
    body.feed(b"x" * 8)

    assert ["pause"] == asked_while_unread
    assert ["pause", "resume"] == asked_when_read
    assert b"x" * 30 == await reading


async def test_a_body_that_ends_in_a_pause_resumes_its_source() -> None:
    """
    A leaver must be noticed again once nothing is missing.
    """
    source = RecordingSource()
    body = a_body(b"Transfer-Encoding: chunked", source, ahead_bytes=2)

    body.feed(b"3\r\nabc\r\n0\r\n\r\n")

    assert ["pause", "resume"] == source.asked
    assert not body.is_expected


async def test_a_waiting_caller_is_invited_once() -> None:
    """
    Reading invites; until then nothing is expected of the caller.
    """
    source = RecordingSource()
    body = a_body(b"Content-Length: 2", source, more=b"Expect: 100-continue\r\n")
    was_expected = body.is_expected

    reading = asyncio.ensure_future(body.read(10))
    await asyncio.sleep(0)
    is_expected = body.is_expected
    body.feed(b"ok")

    assert b"ok" == await reading
    assert ["invite"] == source.asked
    assert (False, True) == (was_expected, is_expected)


@pytest.mark.parametrize("fault", [BodyTooSlow("slow"), BodyIncomplete("cut")])
async def test_a_fault_reaches_whoever_waits_and_whoever_asks_later(
    fault: BodyTooSlow | BodyIncomplete,
) -> None:
    """
    The first fault counts, for `read` and `read_part` alike.
    """
    body = a_body(b"Content-Length: 6")
    reading = asyncio.ensure_future(body.read(10))
    await asyncio.sleep(0)

    body.fail(fault)
    body.fail(BodyIncomplete("later"))

    for attempt in (reading, body.read(10), body.read_part()):
        with pytest.raises(type(fault), match=fault.message):
            await attempt


def test_a_fault_after_the_end_changes_nothing() -> None:
    """
    A caller who leaves after a whole body has sent a whole body.
    """
    body = a_body(b"Content-Length: 2")
    body.feed(b"ok")

    body.fail(BodyIncomplete("left"))

    assert body.fault is None


def test_only_a_small_known_rest_can_be_drained() -> None:
    """
    Neither chunks, nor an uninvited body, nor one that is too slow or too long is worth waiting for.
    """
    slow = a_body(b"Content-Length: 6")
    slow.fail(BodyTooSlow("slow"))
    uninvited = a_body(b"Content-Length: 6", more=b"Expect: 100-continue\r\n")

    assert a_body(b"Content-Length: 6").can_be_drained(6)
    assert not a_body(b"Content-Length: 7").can_be_drained(6)
    assert not a_body(b"Transfer-Encoding: chunked").can_be_drained(6)
    assert not slow.can_be_drained(6)
    assert not uninvited.can_be_drained(6)


async def test_a_caller_who_does_not_wait_is_timed_from_its_first_byte() -> None:
    """
    The clock that stands still for an invitation starts when the body comes without one.
    """
    source = RecordingSource()
    body = a_body(b"Content-Length: 2", source, more=b"Expect: 100-continue\r\n")

    body.feed(b"o")

    assert ["resume"] == source.asked
    assert body.is_expected


@pytest.mark.parametrize("is_chunked", [True, False])
async def test_a_body_in_tiny_pieces_takes_no_more_memory_than_its_bytes(is_chunked: bool) -> None:  # noqa: FBT001
    """
    Kept one by one, pieces of two bytes would take some thirty times their size.
    """
    count = 50_000
    framing = b"Transfer-Encoding: chunked" if is_chunked else b"Content-Length: %d" % (2 * count)
    piece = b"2\r\nab\r\n" if is_chunked else b"ab"
    request = a_body(framing)
    reading = asyncio.ensure_future(request.read(10 * count))
    await asyncio.sleep(0)
    tracemalloc.start()

    for _ in range(count - 1):
        request.feed(piece)
    kept_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    request.feed(piece)
    request.feed(b"0\r\n\r\n" if is_chunked else b"")

    assert b"ab" * count == await reading
    assert kept_bytes < 4 * count
