"""A head that is still arriving is judged by its new bytes alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.edge.head_guard import HeadRefused, refuse_hopeless

GOOD = b"GET /path HTTP/1.1\r\nHost: door\r\nAccept: a\r\n"


@given(size=some.integers(1, len(GOOD)), new_from=some.integers(0, len(GOOD)))
def test_the_start_of_a_good_head_is_never_refused(size: int, new_from: int) -> None:
    """
    Wherever packets end, also between CR and LF, a good head may go on.
    """
    partial = bytearray(GOOD[:size])

    refuse_hopeless(partial, min(new_from, size), line_bytes=100, head_bytes=1000)


@given(at=some.integers(1, len(GOOD)))
def test_a_bare_line_feed_is_found_wherever_it_comes(at: int) -> None:
    """
    Also as the first of the new bytes, unless it ends a line whose CR came before.
    """
    if GOOD[at - 1 : at] == b"\r":
        return
    partial = bytearray(GOOD[:at] + b"\n")

    with pytest.raises(HeadRefused):
        refuse_hopeless(partial, at, line_bytes=100, head_bytes=1000)
