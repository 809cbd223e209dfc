from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.sse import EventTooLarge, SseSplitter, data_of
from tests.fakes.chats import cut

_LINE = st.sampled_from(
    [
        b'data: {"a":1}',
        b"data:x",
        b"data: [DONE]",
        b"data",
        b": keep-alive",
        b":",
        b"event: error",
        b"id: 7",
        b"",
        b"\xef\xbb\xbfdata: y",
        b"\xef\xbb\xbf",
    ]
)
_END = st.sampled_from([b"\n", b"\r\n", b"\r"])
_BODY = st.lists(st.tuples(_LINE, _END), max_size=20).map(lambda lines: b"".join(map(b"".join, lines)))


def _split(chunks: list[bytes]) -> tuple[list[bytes], bytes]:
    splitter = SseSplitter()
    return [event for chunk in chunks for event in splitter.feed(chunk)], splitter.flush()


@given(body=_BODY, places=st.lists(st.integers(0, 300), max_size=20))
def test_the_events_are_the_same_however_the_body_is_cut(body: bytes, places: list[int]) -> None:
    """
    Chunks are an accident; events are not.
    """
    expected = _split([body])

    assert expected == _split(cut(body, places))


@given(body=_BODY)
def test_every_event_is_one_and_ends_in_its_blank_line(body: bytes) -> None:
    """
    No comment, no bare blank line, no CR, and exactly one event in each.
    """
    events, rest = _split([body])

    assert all(event.endswith(b"\n\n") and 1 == event.count(b"\n\n") for event in events)
    assert not any(line.startswith(b":") for event in [*events, rest] for line in event.split(b"\n"))
    assert b"\r" not in b"".join([*events, rest])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'data: {"a":1}\n\n', [b'data: {"a":1}\n\n']),
        (b'data: {"a":1}\n\ndata: {"b":2}\n\n', [b'data: {"a":1}\n\n', b'data: {"b":2}\n\n']),
        (b'data: {"a":1}\r\n\r\ndata: x\r\n\r\n', [b'data: {"a":1}\n\n', b"data: x\n\n"]),
        (b"data: x\r\rdata: y\r\r", [b"data: x\n\n", b"data: y\n\n"]),
        (b": keep-alive\n\n: keep-alive\n\ndata: x\n\n", [b"data: x\n\n"]),
        (b": hello\ndata: x\n: bye\n\n", [b"data: x\n\n"]),
        (b"\n\n\n\ndata: x\n\n\n\n", [b"data: x\n\n"]),
        (b"event: error\ndata: x\ndata: y\n\n", [b"event: error\ndata: x\ndata: y\n\n"]),
        (b'data: {"a":1}\ndata: {"b":2}\n\n', [b'data: {"a":1}\ndata: {"b":2}\n\n']),
        (b'data: {"a":1}\n\n: c\ndata: {"b":2}\n\n', [b'data: {"a":1}\n\n', b'data: {"b":2}\n\n']),
        (b'\xef\xbb\xbfdata: {"a":1}\n\ndata: x\n\n', [b'data: {"a":1}\n\n', b"data: x\n\n"]),
        (b"\xef\xbb\xbf: keep-alive\n\n\xef\xbb\xbf\n\ndata: x\n\n", [b"data: x\n\n"]),
        (b"", []),
    ],
)
def test_events_come_out_as_they_came_in(body: bytes, expected: list[bytes]) -> None:
    """
    Bytes are untouched but for line ends and comments.
    """
    events, rest = _split([body])

    assert (expected, b"") == (events, rest)


def test_an_event_comes_out_with_its_last_byte() -> None:
    """
    Nothing waits for the next event, not even behind a CR.
    """
    splitter = SseSplitter()
    splitter.feed(b"data: x\r")

    assert [b"data: x\n\n"] == splitter.feed(b"\r")


@pytest.mark.parametrize("rest", [b"data: half", b"data: half\n", b"data: [DONE]\r\n"])
def test_what_is_left_at_the_end_is_handed_out_once(rest: bytes) -> None:
    """
    An event without its blank line is for the reader to judge.
    """
    splitter = SseSplitter()
    splitter.feed(b"data: x\n\n: c\n" + rest)

    assert (rest.replace(b"\r", b""), b"") == (splitter.flush(), splitter.flush())


@pytest.mark.parametrize("tail", [b"", b"\n\n", b"}\n\n"])
def test_an_event_beyond_the_bound_is_refused(tail: bytes) -> None:
    """
    Complete or not, in one chunk or in many.
    """
    body = b"data: {" + b"x" * 100 + tail

    for chunks in ([body], [body[i : i + 1] for i in range(len(body))]):
        splitter = SseSplitter(limit_bytes=100)
        with pytest.raises(EventTooLarge):
            deque(map(splitter.feed, chunks))


def test_many_small_events_in_one_chunk_are_no_large_event() -> None:
    """
    The bound is for an event, not for a chunk.
    """
    splitter = SseSplitter(limit_bytes=20)

    assert [b"data: {}\n\n"] * 50 == splitter.feed(b"data: {}\n\n" * 50)


@pytest.mark.parametrize(
    ("event", "data"),
    [
        (b'data: {"a":1}\n\n', b'{"a":1}'),
        (b"data:x\n\n", b"x"),
        (b"data:  x\n\n", b" x"),
        (b"event: e\ndata: x\nid: 1\ndata: y\n\n", b"x\ny"),
        (b"event: ping\n\n", b""),
        (b"data: x", b"x"),
    ],
)
def test_the_data_of_an_event_is_its_data_lines(event: bytes, data: bytes) -> None:
    """
    One space after the colon is no data; several lines are joined by LF.
    """
    assert data == data_of(event)
