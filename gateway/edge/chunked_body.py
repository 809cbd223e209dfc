"""A chunked request body taken apart, never past its end."""

from collections.abc import Iterator

import httptools

_SOME_HEAD = b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n"
_FRAMING_BYTES = 16 * 1024


class ChunksMalformed(Exception):
    """The bytes are no chunked body."""


class _Pieces:
    """Take in the data as httptools finds it."""

    __slots__ = ("is_complete", "pieces")

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.is_complete = False

    def on_body(self, data: bytes) -> None:
        self.pieces.append(data)

    def on_message_complete(self) -> None:
        self.is_complete = True


class ChunkedDecoder:
    """
    Decode chunks with httptools, strictly.

    httptools would go on into the next request and bounds neither chunk
    extensions nor trailers. A chunked body always ends behind an empty line,
    so it is fed up to each one and asked whether it is done; framing that
    carries no data is counted. Extensions and trailers are dropped.
    """

    __slots__ = ("_found", "_framing_bytes", "_parser")

    def __init__(self) -> None:
        self._found = _Pieces()
        self._parser = httptools.HttpRequestParser(self._found)
        self._parser.feed_data(_SOME_HEAD)
        self._framing_bytes = 0

    @property
    def is_complete(self) -> bool:
        """Whether the last chunk and the trailers are here."""
        return self._found.is_complete

    def feed(self, data: bytes) -> tuple[list[bytes], bytes]:
        """Return the pieces of the body found, and the bytes behind its end; raise `ChunksMalformed`."""
        rest = self._feed_to_end(data)
        pieces, self._found.pieces = self._found.pieces, []
        self._framing_bytes = 0 if pieces else self._framing_bytes + len(data)
        if self._framing_bytes > _FRAMING_BYTES:
            raise ChunksMalformed("chunk extensions or trailers too long")
        return pieces, rest

    def _feed_to_end(self, data: bytes) -> bytes:
        start = 0
        for cut in _possible_ends(data):
            try:
                self._parser.feed_data(data[start:cut])
            except httptools.HttpParserError as error:
                raise ChunksMalformed(str(error)) from error
            start = cut
            if self._found.is_complete:
                break
        return data[start:]


def _possible_ends(data: bytes) -> Iterator[int]:
    """Yield where a message may end: behind each empty line, one begun in earlier bytes included."""
    size = len(data)
    yield from range(1, min(4, size))
    at = data.find(b"\r\n\r\n")
    while at >= 0:
        if 4 <= at + 4 < size:
            yield at + 4
        at = data.find(b"\r\n\r\n", at + 4)
    yield size
