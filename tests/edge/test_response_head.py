"""Answers are framed by the connection and cannot be broken by a header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.edge.response_head import (
    DateLine,
    Framing,
    choose_framing,
    prepare_head,
    render_head,
)
from gateway.foundation.clock import FakeClock


@pytest.mark.parametrize(
    "field", [(b"a", b"b\r\nc: d"), (b"a", b"b\n"), (b"a", b"\r"), (b"a", b"\0"), (b"a\r\n", b"b")]
)
def test_a_header_that_breaks_the_head_is_refused(field: tuple[bytes, bytes]) -> None:
    """
    CR, LF and NUL, in name or value, raise before anything is sent.
    """
    with pytest.raises(ValueError, match="CR, LF or NUL"):
        prepare_head(200, [field])


_NAMES = st.sampled_from(
    [b"Content-Type", b"x-a", b"x%sb", b"Date", b"keep-alive", b"Connection", b"Transfer-Encoding"]
)
_VALUES = st.one_of(st.binary(max_size=6), st.sampled_from([b"%d", b"Close", b"a\r\nb", b"%%"]))


def _one_by_one(status: int, fields: list[tuple[bytes, bytes]]) -> tuple[bytes, bool] | None:
    own = {b"date", b"keep-alive", b"connection", b"transfer-encoding"}
    kept = [(name.lower(), value) for name, value in fields if name.lower() not in own]
    if any(set(value) & set(b"\r\n\0") for _, value in kept):
        return None
    closes = any(name.lower() == b"connection" and b"close" in value.lower() for name, value in fields)
    return b"HTTP/1.1 %d OK\r\n" % status + b"".join(b"%b: %b\r\n" % field for field in kept), closes


@given(st.lists(st.lists(st.tuples(_NAMES, _VALUES), max_size=5), min_size=1, max_size=4))
def test_a_head_is_the_same_whatever_was_written_before(answers: list[list[tuple[bytes, bytes]]]) -> None:
    """
    The form of a head is kept; its values never are, and each of them is checked.
    """

    def prepared(fields: list[tuple[bytes, bytes]]) -> tuple[bytes, bool] | None:
        try:
            head = prepare_head(200, fields)
        except ValueError:
            return None
        return head.lines, head.wants_close

    assert [_one_by_one(200, fields) for fields in answers] == [prepared(fields) for fields in answers]


@pytest.mark.parametrize("lengths", [[b"1", b"1"], [b"-1"], [b""], [b"1\r\n"]])
def test_a_wrong_content_length_is_refused(lengths: list[bytes]) -> None:
    """
    A length is digits, once.
    """
    with pytest.raises(ValueError, match="content-length"):
        prepare_head(200, [(b"content-length", length) for length in lengths])


@pytest.mark.parametrize("status", [100, 101, 199, 600])
def test_only_a_final_status_is_an_answer(status: int) -> None:
    """
    An endpoint can neither switch protocols nor invent a status.
    """
    with pytest.raises(ValueError, match="final answer"):
        prepare_head(status, [])


@pytest.mark.parametrize(
    ("status", "fields", "is_head_request", "is_http_1_0", "framing"),
    [
        (200, [(b"Content-Length", b"3")], False, False, Framing.LENGTH),
        (200, [], False, False, Framing.CHUNKED),
        (200, [], False, True, Framing.UNTIL_CLOSE),
        (200, [], True, False, Framing.NO_BODY),
        (204, [], False, False, Framing.NO_BODY),
        (304, [(b"content-length", b"3")], False, False, Framing.NO_BODY),
    ],
)
def test_the_framing_follows_rfc_9112(
    status: int,
    fields: list[tuple[bytes, bytes]],
    *,
    is_head_request: bool,
    is_http_1_0: bool,
    framing: Framing,
) -> None:
    """
    Length if it is known, chunks if the caller understands them, the close if not.
    """
    head = prepare_head(status, fields)

    assert framing is choose_framing(head, is_head_request=is_head_request, is_http_1_0=is_http_1_0)


def test_the_connections_own_fields_are_left_out() -> None:
    """
    An endpoint decides neither on transfer coding nor on the date; it may ask to close.
    """
    head = prepare_head(
        200,
        [(b"Transfer-Encoding", b"gzip"), (b"date", b"x"), (b"Keep-Alive", b"x"), (b"Connection", b"close")],
    )

    rendered = render_head(
        head, Framing.CHUNKED, keep_alive=False, is_http_1_0=False, date_line=b"date: now\r\n"
    )

    assert head.wants_close
    assert (
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\ndate: now\r\n\r\n" == rendered
    )


def test_the_date_is_written_anew_each_second() -> None:
    """
    Within a second the line is the same, afterwards it moves with the clock.
    """
    clock = FakeClock(wall=1_800_000_000.2)
    date = DateLine(clock)
    first = date.render()
    clock.advance(0.5)
    second = date.render()
    clock.advance(0.5)

    third = date.render()

    assert b"date: Fri, 15 Jan 2027 08:00:00 GMT\r\n" == first == second
    assert b"date: Fri, 15 Jan 2027 08:00:01 GMT\r\n" == third
