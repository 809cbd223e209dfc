"""
One answer after another, out of bytes as they come; no I/O.

httptools (llhttp) reads the grammar. What it lets pass is guarded here:

- an interim answer (1xx) fires message-complete: it is skipped, bounded, and
  may announce no body; 101 is refused;
- a second answer in the same bytes starts parsing: it stops everything, and
  the connection never serves again;
- there is no call for the end of the connection: `ends_here` decides;
- header lines, interim answers, chunk extensions and trailers have no bound:
  all bytes that are not body share one, which grows with the body, so that a
  long stream of small chunks stays legal;
- trailers come as header fields: they are dropped;
- RTSP and ICE answers, and blank lines before the answer, are taken for HTTP.
"""

import httptools

from gateway.upstreams.answer_head import (
    HEADER_LIMIT_BYTES,
    HEADER_LIMIT_FIELDS,
    AnswerHead,
    check_size,
    read_head,
)
from gateway.upstreams.transport import InvalidAnswer

# A chunk of one byte costs five bytes of framing; more than three times that is padding.
_RAW_BYTES_PER_BODY_BYTE = 17


class AnswerParser:
    """
    Read answers from one connection, `begin` before each.

    Body pieces are appended to the list given to `begin`. After `complete`,
    `is_clean` says whether the connection may serve another call.
    """

    __slots__ = (
        "_fault",
        "_fields",
        "_has_excess",
        "_interim",
        "_parser",
        "_pieces",
        "body_bytes",
        "complete",
        "head",
        "raw_bytes",
    )

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self.begin([])

    def begin(self, pieces: list[bytes]) -> None:
        """Expect the next answer, its body to be put here."""
        self.head: AnswerHead | None = None
        self.complete = False
        self.raw_bytes = 0
        self.body_bytes = 0
        self._pieces = pieces
        self._fields: list[tuple[bytes, bytes]] = []
        self._interim = False
        self._has_excess = False
        self._fault: InvalidAnswer | None = None

    @property
    def is_clean(self) -> bool:
        """Whether the answer is whole, nothing came after it, and the upstream keeps the connection."""
        return self.complete and not self._has_excess and self.head is not None and self.head.keeps_alive

    def feed(self, data: bytes) -> None:
        """Read on, or raise `InvalidAnswer`."""
        if not self.raw_bytes and data[:1] != b"H":
            raise _invalid("something that is not HTTP")
        self.raw_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._has_excess = True
            if not self.complete:
                raise self._fault or _invalid("something that is not HTTP") from error
        if self.raw_bytes > HEADER_LIMIT_BYTES:
            self._check_framing()

    def ends_here(self) -> bool:
        """Return whether the end of the connection is the proper end of the answer."""
        return self.head is not None and self.head.until_close

    def close(self) -> None:
        """Let go of the grammar, which holds this object and is held by it."""
        del self._parser

    def on_message_begin(self) -> None:
        """Called by httptools at the first byte of an answer."""
        if self.complete:
            raise self._refuse("a second answer")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by httptools for a header field, and for a trailer field."""
        if self.head is None:
            self._fields.append((name, value))

    def on_headers_complete(self) -> None:
        """Called by httptools at the blank line after the header."""
        status = self._parser.get_status_code()
        if status < 200 and 100 <= status != 101:
            self._pass_interim()
            return
        try:
            # What came in so few bytes cannot hold more of header fields.
            if self.raw_bytes > HEADER_LIMIT_BYTES or len(self._fields) > HEADER_LIMIT_FIELDS:
                check_size(self._fields)
            self.head = read_head(self._parser.get_http_version(), status, self._fields)
        except InvalidAnswer as error:
            self._fault = error
            raise

    def on_body(self, body: bytes) -> None:
        """Called by httptools for a piece of the body."""
        self.body_bytes += len(body)
        self._pieces.append(body)

    def on_message_complete(self) -> None:
        """Called by httptools at the end of an answer, an interim one too."""
        if self._interim:
            self._interim = False
        else:
            self.complete = True

    def _check_framing(self) -> None:
        most = HEADER_LIMIT_BYTES + _RAW_BYTES_PER_BODY_BYTE * self.body_bytes
        if self.raw_bytes > most and not self.complete:
            raise _invalid("too many bytes of header or framing")

    def _pass_interim(self) -> None:
        for name, _ in self._fields:
            if name.lower() in {b"content-length", b"transfer-encoding"}:
                raise self._refuse("an interim answer with a body")
        self._fields.clear()
        self._interim = True

    def _refuse(self, what: str) -> InvalidAnswer:
        self._fault = _invalid(what)
        return self._fault


def _invalid(what: str) -> InvalidAnswer:
    return InvalidAnswer(f"the upstream sent {what}", answered=True)
