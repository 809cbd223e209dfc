"""Facts about heads and framing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.simulator.http_head import Framing, Head, chunk, write_head
from gateway.simulator.misbehaviour import BEHAVED, Misbehaviour


@pytest.mark.parametrize(
    ("framing", "line", "connection"),
    [
        ("length", "content-length: 5", "keep-alive"),
        ("chunked", "transfer-encoding: chunked", "keep-alive"),
        ("until_close", None, "close"),
    ],
)
def test_a_head_announces_its_framing(framing: Framing, line: str | None, connection: str) -> None:
    """
    Length, chunks, or the end of the connection: one of them, and what becomes of the connection.
    """
    lines = write_head(Head(200, "application/json", framing, 5), BEHAVED).decode().split("\r\n")

    framed = [it for it in lines if it.startswith(("content-length", "transfer-encoding"))]
    assert [line] * (line is not None) == framed
    assert f"connection: {connection}" in lines
    assert "HTTP/1.1 200 OK" == lines[0]
    assert ["", ""] == lines[-2:]


def test_a_behaviour_adds_to_a_head() -> None:
    """
    Header fields, a retry-after, another content type, a huge field and an interim answer are written.
    """
    behaviour = Misbehaviour(
        headers={"x-a": "b"}, retry_after="7", content_type="text/html", huge_header=100_000, interim=103
    )

    head = write_head(Head(299, "application/json", "length"), behaviour).decode()

    assert head.startswith("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 299 Unknown\r\n")
    for line in ("x-a: b", "retry-after: 7", "content-type: text/html", "x-huge: " + "h" * 100_000):
        assert f"\r\n{line}\r\n" in head
    assert "application/json" not in head


@given(st.binary(min_size=1, max_size=300))
def test_a_chunk_says_its_size(data: bytes) -> None:
    """
    A chunk is its size in hexadecimal, its bytes, and line ends around them.
    """
    size, _, rest = chunk(data).partition(b"\r\n")

    assert (len(data), data + b"\r\n") == (int(size, 16), rest)
