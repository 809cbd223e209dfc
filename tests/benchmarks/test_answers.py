"""Tests of benchmarks/answers.py."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.answers import AnswerBuffer, WrongAnswer, check_stream, check_whole, check_words, unchunk
from benchmarks.canned import ANSWER, DONE, EVENTS

_STREAM = b"".join(EVENTS) + DONE


def _cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    edges = [0, *sorted({place % len(data) for place in places}), len(data)]
    return [data[start:end] for start, end in pairwise(edges) if start < end]


def _chunked(pieces: Sequence[bytes]) -> bytes:
    return b"".join([b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces]) + b"0\r\n\r\n"


def _bodies(buffer: AnswerBuffer, pieces: Sequence[bytes]) -> list[bytes]:
    return [body for piece in pieces if (body := buffer.feed(piece)) is not None]


@pytest.mark.slow
@given(st.lists(st.integers(0, 100_000)), st.lists(st.integers(0, 100_000)))
def test_a_stream_is_found_wherever_it_was_cut(chunk_edges: list[int], packet_edges: list[int]) -> None:
    """
    Neither the chunks nor the packets change the body that comes out, and it comes out once.
    """
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    wire = head + _chunked(_cut(_STREAM, chunk_edges))

    bodies = _bodies(AnswerBuffer(), _cut(wire, packet_edges))

    assert [_STREAM] == bodies


@pytest.mark.slow
@given(st.lists(st.integers(0, 100_000)))
def test_a_whole_answer_ends_with_its_length(packet_edges: list[int]) -> None:
    """
    An answer with a content-length is found wherever its packets were cut, twice on one connection.
    """
    wire = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(ANSWER), ANSWER)
    buffer = AnswerBuffer()

    bodies = _bodies(buffer, _cut(wire, packet_edges)) + _bodies(buffer, _cut(wire, packet_edges))

    assert [ANSWER, ANSWER] == bodies


@pytest.mark.parametrize(
    "wire",
    [
        b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nab",
    ],
)
def test_what_is_no_proper_answer_is_told(wire: bytes) -> None:
    """
    Another status, no framing and too many bytes are all wrong.
    """
    with pytest.raises(WrongAnswer):
        AnswerBuffer().feed(wire)


@pytest.mark.parametrize(
    "wire", [b"", b"x\r\n\r\n", b"3\r\nab\r\n0\r\n\r\n", b"0\r\n\r\nmore", b"2\r\nab\r\n"]
)
def test_broken_chunks_are_told(wire: bytes) -> None:
    """
    A size that is missing, a chunk of another size, and no end or more than it are all wrong.
    """
    with pytest.raises(WrongAnswer):
        unchunk(wire)


def test_the_canned_answers_are_right() -> None:
    """
    What the mock says passes; comments and blank lines of a gateway between the events do too.
    """
    check_whole(ANSWER)
    check_stream(_STREAM)
    check_stream(b": keep-alive\n\n" + _STREAM)


@pytest.mark.parametrize(
    "body",
    [
        b"".join(EVENTS),
        b"".join(EVENTS[1:]) + DONE,
        b"".join([EVENTS[0], EVENTS[2], EVENTS[1], *EVENTS[3:], DONE]),
        b"".join([*EVENTS[:-1], EVENTS[-1].replace(b'"usage":{', b'"usage":{},"was":{'), DONE]),
        b"",
    ],
    ids=["no end", "one lost", "two swapped", "no usage", "nothing"],
)
def test_a_stream_that_lost_something_is_wrong(body: bytes) -> None:
    """
    A missing end, a lost or swapped delta and missing usage are all noticed.
    """
    with pytest.raises(WrongAnswer):
        check_stream(body)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", ANSWER.replace(b"stream", b"scream", 1)])
def test_another_completion_is_wrong(body: bytes) -> None:
    """
    What is no completion, or says something else, is noticed.
    """
    with pytest.raises(WrongAnswer):
        check_whole(body)


def test_words_may_come_in_other_events_than_they_were_sent() -> None:
    """
    Others put the usage into an event of its own, with no choice in it; a lost word is still noticed.
    """
    usage = b'data: {"choices": [], "usage": {"prompt_tokens": 1}}\n\n'

    check_words(b"".join(EVENTS) + usage + DONE)

    with pytest.raises(WrongAnswer, match="not those that were sent"):
        check_words(b"".join([*EVENTS[:5], *EVENTS[6:]]) + DONE)
    with pytest.raises(WrongAnswer, match="does not end"):
        check_words(b"".join(EVENTS))
