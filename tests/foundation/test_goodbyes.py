"""A polite goodbye waits until the answer has ended; everything else passes as it came."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.foundation.goodbyes import Goodbyes
from tests.fakes.chats import cut

DATA, HEADERS, RST_STREAM, SETTINGS, GOAWAY = 0, 1, 3, 4, 7
END_STREAM, END_HEADERS = 1, 4


def frame(kind: int, payload: bytes = b"", *, flags: int = 0, stream: int = 1) -> bytes:
    """Return one frame of HTTP/2."""
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


def goodbye(error: int = 0, words: bytes = b"") -> bytes:
    """Return a GOAWAY that names stream 1 as the last."""
    return frame(GOAWAY, (1).to_bytes(4) + error.to_bytes(4) + words, stream=0)


_FRAMES = st.lists(
    st.builds(
        frame,
        st.sampled_from([DATA, HEADERS, SETTINGS, 9]),
        st.binary(max_size=40),
        flags=st.sampled_from([0, END_HEADERS]),
    ),
    max_size=6,
).map(b"".join)


@given(before=_FRAMES, after=_FRAMES, places=st.lists(st.integers(0, 400), max_size=12))
def test_a_goodbye_waits_for_the_end_of_the_answer(before: bytes, after: bytes, places: list[int]) -> None:
    """
    However the frames were cut: all others pass at once, and it is due behind the last of the answer.
    """
    goodbyes = Goodbyes()
    end = frame(DATA, b"end", flags=END_STREAM)

    body = b"".join(goodbyes.feed(piece) for piece in cut(before + goodbye(words=b"bye") + after, places))
    was_due = goodbyes.is_due
    last = b"".join(goodbyes.feed(piece) for piece in cut(end, places))

    assert (before + after, False) == (body, was_due)
    assert (end, True) == (last, goodbyes.is_due)
    assert (goodbye(words=b"bye"), b"", False) == (goodbyes.told(), goodbyes.told(), goodbyes.is_due)


@given(data=st.binary(max_size=200), places=st.lists(st.integers(0, 200), max_size=8))
def test_nothing_is_lost_of_what_is_no_http_2(data: bytes, places: list[int]) -> None:
    """
    What did not pass is told at the end, and no goodbye of less than eight bytes is one.
    """
    goodbyes = Goodbyes()

    passed = b"".join(goodbyes.feed(piece) for piece in cut(data, places))

    assert sorted(data) == sorted(passed + goodbyes.told())


def test_the_end_of_the_connection_is_a_time_for_it_too() -> None:
    """
    So whoever asked something that will not be answered hears that another connection may.
    """
    goodbyes = Goodbyes()

    passed = goodbyes.feed(goodbye())

    assert (b"", False) == (passed, goodbyes.is_due)
    assert goodbye() == goodbyes.told()


def test_of_two_goodbyes_the_last_one_counts() -> None:
    """
    A server first says that it will leave, and then which answer was the last.
    """
    goodbyes = Goodbyes()

    passed = goodbyes.feed(goodbye(words=b"soon") + goodbye(words=b"now"))

    assert (b"", goodbye(words=b"now")) == (passed, goodbyes.told())


def test_a_goodbye_that_names_an_error_is_told_at_once() -> None:
    """
    Nothing more will come, and it says why.
    """
    assert goodbye(error=2) == Goodbyes().feed(goodbye(error=2))


def test_an_answer_ends_in_more_than_one_way() -> None:
    """
    With its last data, with a head that is all, or by being given up; not with a head that goes on.
    """
    ends = [
        frame(DATA, flags=END_STREAM),
        frame(HEADERS, b"x", flags=END_STREAM | END_HEADERS),
        frame(RST_STREAM, b"\0\0\0\7"),
        frame(HEADERS, b"x", flags=END_STREAM),
        frame(SETTINGS, flags=END_STREAM),
    ]

    due = []
    for end in ends:
        goodbyes = Goodbyes()
        goodbyes.feed(goodbye() + end)
        due.append(goodbyes.is_due)

    assert [True, True, True, False, False] == due
