"""An answer is packed and unpacked, and what is no answer is told apart."""

import hashlib
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.cache.entry import (
    LABEL_BYTES,
    Label,
    NotAnEntry,
    frames_in,
    join,
    kept,
    pack,
    read_label,
    unpack,
    write_label,
)
from gateway.wire.frames import Frame, FrameKind
from tests.fakes.cache_values import USAGE, a_label, a_stream, a_whole, any_frames

_FRAMES = any_frames(8, 400)


@given(_FRAMES)
def test_frames_come_back_as_they_were(frames: list[Frame]) -> None:
    """
    Kind, order and every byte; of several usages the last one, where it was.
    """
    found = unpack(pack(kept(frames))).frames()

    assert [(one.kind, one.raw) for one in frames] == [(one.kind, one.raw) for one in found]
    told = [(place, frame.usage) for place, frame in enumerate(frames) if frame.usage is not None]
    assert told[-1:] == [(place, frame.usage) for place, frame in enumerate(found) if frame.usage is not None]


@given(_FRAMES, _FRAMES, st.integers(0, 40))
@example([Frame(FrameKind.DELTA, b"")], [Frame(FrameKind.DELTA, b"")], 13)
def test_parts_that_were_joined_are_one_answer(first: list[Frame], second: list[Frame], cut: int) -> None:
    """
    And one that was cut is none, wherever.
    """
    whole = join([pack(kept(first)), pack(kept(second))])

    assert [frame.raw for frame in [*first, *second]] == [frame.raw for frame in frames_in(whole)]
    assert [frame.raw for frame in first] == [frame.raw for frame in frames_in(join([pack(kept(first))]))]
    with pytest.raises(NotAnEntry):
        frames_in(whole[: -1 - cut])


def test_a_stream_takes_less_than_its_events() -> None:
    """
    What all events have in common is kept once.
    """
    frames = a_stream(*(f"word{number} " for number in range(200)))

    assert len(pack(kept(frames))) * 4 < sum(len(frame.raw) for frame in frames)


@pytest.mark.parametrize(
    ("size", "is_smaller"), [(3_000, False), (5_000, True), (250_000, True), (270_000, False)]
)
def test_what_takes_long_to_compress_is_kept_as_it_is(size: int, *, is_smaller: bool) -> None:
    """
    As many vectors in one document, which others would wait for; and what is short.
    """
    answer = kept([a_whole("x" * size)])

    packed = pack(answer)

    assert is_smaller is (len(packed) < size)
    assert answer == unpack(packed)


def test_a_short_answer_is_not_compressed_to_something_longer() -> None:
    """
    What gains nothing by it is kept as it is.
    """
    assert USAGE == unpack(pack(kept([Frame(FrameKind.WHOLE, b"{}", USAGE)]))).frames()[0].usage
    noise = b"".join(hashlib.sha256(b"%d" % number).digest() for number in range(200))
    assert len(pack(kept([Frame(FrameKind.WHOLE, noise)]))) < len(noise) + 20


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"\x01garbage",
        b"\x00\xc1",
        pack(kept([a_whole()]))[:-3],
        b"\x00" + zlib.compress(b"x"),
    ],
)
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    """
    Cut, foreign or empty: it is no entry, and nothing worse happens.
    """
    with pytest.raises(NotAnEntry):
        unpack(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_none(data: bytes) -> None:
    """
    Nothing but `NotAnEntry` comes out of bytes that nobody packed.
    """
    for read in (unpack, frames_in, read_label):
        try:
            read(data)
        except NotAnEntry:
            continue


@given(
    st.builds(
        Label,
        st.binary(min_size=8, max_size=8),
        st.integers(0, 4_000_000_000).map(float),
        st.integers(1, 2_592_000),
        st.binary(min_size=8, max_size=8),
        st.binary(min_size=8, max_size=8),
        st.binary(min_size=8, max_size=8),
        st.binary(min_size=8, max_size=8),
    )
)
def test_a_label_is_read_as_it_was_written(label: Label) -> None:
    """
    It stands before the entry, in the open.
    """
    written = write_label(label)

    assert LABEL_BYTES == len(written)
    assert label == read_label(written + b"sealed")


def test_a_label_of_another_version_is_none_of_ours() -> None:
    """
    A newer gateway may keep its entries otherwise; an older one does not guess.
    """
    with pytest.raises(NotAnEntry):
        read_label(b"\x01" + write_label(a_label())[1:])
