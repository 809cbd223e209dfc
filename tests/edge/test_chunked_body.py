"""Chunked bodies are decoded strictly and never past their end."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.edge.chunked_body import ChunkedDecoder, ChunksMalformed


@given(
    some.lists(some.sampled_from([b"a", b"\r\n", b"\r\n\r\n", b"0\r\n\r\n", b"x" * 40]), max_size=6),
    some.lists(some.integers(0, 120), max_size=10),
    some.sampled_from([b"", b"A: b\r\n"]),
)
def test_any_split_gives_the_same_body_and_rest(chunks: list[bytes], cuts: list[int], trailer: bytes) -> None:
    """
    However packets fall, the body is the chunks' data and what follows is left alone.
    """
    following = b"GET / HTTP/1.1\r\n\r\n"
    stream = (
        b"".join(b"%x\r\n%b\r\n" % (len(c), c) for c in chunks) + b"0\r\n" + trailer + b"\r\n" + following
    )
    edges = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    decoder = ChunkedDecoder()
    body = rest = b""

    for start, end in itertools.pairwise(edges):
        if decoder.is_complete:
            rest += stream[start:end]
        else:
            pieces, behind = decoder.feed(stream[start:end])
            body += b"".join(pieces)
            rest += behind

    assert decoder.is_complete
    assert (b"".join(chunks), following) == (body, rest)


@pytest.mark.parametrize(
    "stream",
    [
        b"3\nabc\n0\n\n",
        b"3 \r\nabc\r\n0\r\n\r\n",
        b"-3\r\nabc\r\n0\r\n\r\n",
        b"+3\r\nabc\r\n0\r\n\r\n",
        b"0x3\r\nabc\r\n0\r\n\r\n",
        b"3\r\nabcd\r\n0\r\n\r\n",
        b"\r\n3\r\nabc\r\n0\r\n\r\n",
        b"fffffffffffffffff\r\nabc",
        b"3;a\nb\r\nabc\r\n0\r\n\r\n",
        b"3\r\nabc\r\n0\r\nA: b\nC: d\r\n\r\n",
    ],
)
def test_a_malformed_chunk_is_refused(stream: bytes) -> None:
    """
    Bare line feeds, signs, prefixes, wrong sizes and overflows end the decoding.
    """
    with pytest.raises(ChunksMalformed):
        ChunkedDecoder().feed(stream)


@pytest.mark.parametrize("start", [b"3;a=", b"3\r\nabc\r\n0\r\nA: "])
def test_framing_without_data_is_bounded(start: bytes) -> None:
    """
    An endless chunk extension or trailer is cut off.
    """
    decoder = ChunkedDecoder()
    decoder.feed(start)

    for _ in range(16):
        decoder.feed(b"x" * 1000)

    with pytest.raises(ChunksMalformed):
        decoder.feed(b"x" * 1000)
