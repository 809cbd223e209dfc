"""Answers are read the same however they are cut, and what is no answer is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.upstreams.http1.answer_parser import AnswerParser
from gateway.upstreams.transport import InvalidAnswer
from tests.fakes.scripted_server import CHUNKED_HEAD, LAST_CHUNK, chunk, whole


def parse(*feeds: bytes) -> tuple[AnswerParser, bytes]:
    """Return a parser that was fed these pieces, and the body it found."""
    parser = AnswerParser()
    pieces: list[bytes] = []
    parser.begin(pieces)
    for feed in feeds:
        parser.feed(feed)
    return parser, b"".join(pieces)


INTERIM = st.sampled_from(
    [b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"]
)
EXTENSIONS = st.sampled_from([b"", b";a=b", b';a="b c"'])
TRAILERS = st.sampled_from([b"", b"x-trailer: 1\r\n", b"content-type: text/x\r\n"])


@st.composite
def answers(draw: st.DrawFn) -> tuple[bytes, bytes, bool]:
    """Draw an answer, its body, and whether the connection may serve again."""
    interim = draw(INTERIM)
    chunks = draw(st.lists(st.binary(min_size=1, max_size=20), max_size=4))
    body = b"".join(chunks)
    closing = draw(st.booleans())
    fields = b"Connection: close\r\n" if closing else b"X-Field: yes\r\n"
    if draw(st.booleans()):
        return interim + whole(body, fields=fields), body, not closing
    extension = draw(EXTENSIONS)
    framed = b"".join([b"%x%b\r\n%b\r\n" % (len(one), extension, one) for one in chunks])
    head = b"HTTP/1.1 200 OK\r\n" + fields + b"Transfer-Encoding: chunked\r\n\r\n"
    return interim + head + framed + b"0\r\n" + draw(TRAILERS) + b"\r\n", body, not closing


def cuts(data: st.DataObject, raw: bytes) -> list[bytes]:
    """Draw a way to cut these bytes into pieces."""
    places = sorted(data.draw(st.sets(st.integers(1, max(1, len(raw) - 1)), max_size=12)))
    return [
        piece
        for start, end in zip([0, *places], [*places, len(raw)], strict=True)
        if (piece := raw[start:end])
    ]


@given(answers(), st.data())
def test_cuts_change_nothing(answer: tuple[bytes, bytes, bool], data: st.DataObject) -> None:
    """
    Wherever the network cuts an answer, its head, body and end are the same.
    """
    raw, expected, serves_again = answer

    parser, body = parse(*cuts(data, raw))
    at_once, _ = parse(raw)

    assert expected == body
    assert parser.head == at_once.head
    assert (True, serves_again) == (parser.complete, parser.is_clean)


@given(answers(), st.data())
def test_damage_is_refused_or_read_but_never_escapes(
    answer: tuple[bytes, bytes, bool], data: st.DataObject
) -> None:
    """
    Whatever is done to an answer, nothing but `InvalidAnswer` is raised.
    """
    raw = bytearray(answer[0])
    for _ in range(data.draw(st.integers(1, 5))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    feeds = cuts(data, bytes(raw))

    refused = False
    parser = AnswerParser()
    try:
        for feed in feeds:
            parser.feed(feed)
    except InvalidAnswer:
        refused = True

    assert refused or len(raw) == parser.raw_bytes


# Blank lines in the same bytes are skipped by llhttp; they can be taken for nothing else.
@given(answers(), st.binary(min_size=1, max_size=30).filter(lambda extra: extra.strip(b"\r\n")))
def test_what_follows_an_answer_soils_the_connection(answer: tuple[bytes, bytes, bool], extra: bytes) -> None:
    """
    The answer is whole, but its connection never serves again.
    """
    raw, expected, _ = answer

    parser, body = parse(raw + extra)

    assert expected == body
    assert (True, False) == (parser.complete, parser.is_clean)


def test_a_second_answer_is_not_begun() -> None:
    """
    Where httptools would read on, the second body must not be appended to the first.
    """
    parser, body = parse(whole(b"one") + whole(b"two"))

    assert b"one" == body
    assert not parser.is_clean


def test_one_parser_reads_one_answer_after_another() -> None:
    """
    `begin` forgets everything about the answer before.
    """
    parser, first = parse(CHUNKED_HEAD + chunk(b"one") + LAST_CHUNK)
    pieces: list[bytes] = []
    parser.begin(pieces)
    parser.feed(whole(b"two", status=404))

    assert (b"one", [b"two"]) == (first, pieces)
    assert parser.head is not None
    assert (404, True) == (parser.head.status, parser.is_clean)


def test_trailers_are_dropped() -> None:
    """
    To httptools a trailer field is a header field.
    """
    parser, _ = parse(CHUNKED_HEAD + chunk(b"a") + b"0\r\nx-late: 1\r\ncontent-encoding: gzip\r\n\r\n")

    assert parser.head is not None
    assert {} == parser.head.headers


def test_without_framing_the_connection_ends_the_body() -> None:
    """
    Neither length nor chunks: the answer is never complete by itself.
    """
    parser, body = parse(b"HTTP/1.1 200 OK\r\n\r\nsome", b" more")

    assert b"some more" == body
    assert (False, True) == (parser.complete, parser.ends_here())


@pytest.mark.parametrize("raw", [b"", b"HTTP/1.1 200 OK\r\n", whole(b"abc")[:-1], CHUNKED_HEAD + chunk(b"a")])
def test_elsewhere_the_end_of_the_connection_is_a_cut(raw: bytes) -> None:
    """
    An answer that is framed does not end with its connection.
    """
    parser, _ = parse(*([raw] if raw else []))

    assert not parser.ends_here()


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_body_is_complete_at_its_blank_line(status: int) -> None:
    """
    204 and 304 have no body; one that announces a body may send it, so its connection is done.
    """
    bare, _ = parse(b"HTTP/1.1 %d X\r\n\r\n" % status)
    announcing, body = parse(b"HTTP/1.1 %d X\r\ncontent-length: 3\r\n\r\n" % status)

    assert (True, True) == (bare.complete, bare.is_clean)
    assert (True, False, b"") == (announcing.complete, announcing.is_clean, body)


def test_http_1_0_closes() -> None:
    """
    A connection of HTTP/1.0 serves once, whatever it says.
    """
    parser, body = parse(b"HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\nok")

    assert (b"ok", True, False) == (body, parser.complete, parser.is_clean)


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.1 100 Continue\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 204 X\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked, gzip\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: identity\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n",
        b"HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2, 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\ncontent-length: +2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\ncontent-length:\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999999\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nfolded: a\r\n b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nspace : a\r\n\r\n",
        b"HTTP/1.1 200 OK\nbare: lf\n\n",
        b"HTTP/1.1 200 OK\r\nnul: a\0b\r\n\r\n",
        b"HTTP/2.0 200 OK\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 099 OK\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 600 OK\r\ncontent-length: 0\r\n\r\n",
        b"RTSP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n",
        b"ICE/1.0 200 OK\r\ncontent-length: 0\r\n\r\n",
        b"\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        CHUNKED_HEAD + b"xyz\r\n",
        CHUNKED_HEAD + b"-1\r\n",
        CHUNKED_HEAD + b"1\r\nab\r\n",
        CHUNKED_HEAD + b"fffffffffffffffff\r\n",
    ],
)
def test_what_may_be_understood_in_two_ways_is_refused(raw: bytes) -> None:
    """
    An answer that another reader could frame differently is no answer.
    """
    with pytest.raises(InvalidAnswer):
        parse(raw)


@pytest.mark.parametrize(
    ("opening", "endless"),
    [
        (b"HTTP/1.1 200 ", b"reason "),
        (b"HTTP/1.1 200 OK\r\nx: ", b"long line "),
        (b"HTTP/1.1 200 OK\r\n", b"x: many lines\r\n"),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        (CHUNKED_HEAD, b"1;" + b"e" * 100 + b"\r\nx\r\n"),
        (CHUNKED_HEAD + b"1;", b"extension"),
        (CHUNKED_HEAD + b"0\r\n", b"x-trailer: again\r\n"),
        (CHUNKED_HEAD + b"0\r\nx: ", b"long trailer "),
    ],
)
@pytest.mark.parametrize("feed_bytes", [100, 5_000, 300_000])
def test_nothing_beside_the_body_is_endless(opening: bytes, endless: bytes, feed_bytes: int) -> None:
    """
    Header lines, interim answers, chunk extensions and trailers end before 400 KB, however they are cut.
    """
    raw = opening + endless * (400_000 // len(endless))

    with pytest.raises(InvalidAnswer):
        parse(*[raw[start : start + feed_bytes] for start in range(0, len(raw), feed_bytes)])


def test_small_chunks_may_go_on_for_ever() -> None:
    """
    A long stream of one-byte chunks is framing for the most part, and legal.
    """
    feeds = [chunk(b"x") * 100] * 500

    parser, body = parse(CHUNKED_HEAD, *feeds, LAST_CHUNK)

    assert (50_000, True) == (len(body), parser.is_clean)


def test_a_hundred_header_fields_are_enough() -> None:
    """
    The bound on header fields is what it says.
    """
    parser, _ = parse(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 99 + b"content-length: 0\r\n\r\n")

    with pytest.raises(InvalidAnswer):
        parse(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 100 + b"content-length: 0\r\n\r\n")
    assert parser.is_clean


def test_repeated_fields_are_joined() -> None:
    """
    A field that comes twice is a list.
    """
    parser, _ = parse(whole(b"", fields=b"Vary: a\r\nvary: b\r\n"))

    assert parser.head is not None
    assert b"a, b" == parser.head.headers[b"vary"]


def test_closing_lets_go_of_the_grammar() -> None:
    """
    Parser and grammar hold each other; after `close` neither waits for the collector.
    """
    parser, _ = parse(whole(b""))

    parser.close()

    assert not hasattr(parser, "_parser")
