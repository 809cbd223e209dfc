"""What is sent between processes arrives as it was, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cache.entry import NotAnEntry
from gateway.cache.refusals import SharedAnswerLost
from gateway.cache.replicas.packet import Packet, ending_of, packet_of, read_packet, write_packet
from gateway.upstreams.refusals import UpstreamBroke
from gateway.wire.frames import Frame
from tests.fakes.cache_values import a_stream, any_frames

_FRAMES = any_frames(5, 6000)


@given(_FRAMES)
def test_frames_arrive_as_they_were(frames: list[Frame]) -> None:
    """
    Kinds and bytes of all, and the last usage that was reported.
    """
    heard = read_packet(write_packet(packet_of(frames))).frames

    assert [(frame.kind, frame.raw) for frame in frames] == [(frame.kind, frame.raw) for frame in heard]
    reported = [frame.usage for frame in frames if frame.usage is not None]
    assert reported[-1:] == [frame.usage for frame in heard if frame.usage is not None]


def test_a_refusal_is_told_in_the_same_words() -> None:
    """
    Status, code, kind, blame and all that a caller sees.
    """
    refusal = UpstreamBroke("It broke.", param="model", retry_after=3.0)

    failure = read_packet(write_packet(ending_of(refusal))).failure
    assert failure is not None
    told = failure.refusal()

    names = ("status", "code", "kind", "blame", "message", "param", "retry_after", "should_retry")
    assert [getattr(refusal, name) for name in names] == [getattr(told, name) for name in names]
    assert not failure.is_loss


def test_a_fault_of_ours_is_an_answer_that_is_lost() -> None:
    """
    Its own words stay in the process.
    """
    failure = ending_of(RuntimeError("private")).failure

    assert failure is not None
    assert failure.is_loss
    assert isinstance(failure.refusal(), SharedAnswerLost)
    assert "private" not in failure.message


def test_a_good_end_is_no_failure() -> None:
    """
    Nothing more comes.
    """
    assert Packet(is_end=True) == read_packet(write_packet(ending_of(None)))


@pytest.mark.parametrize(
    "damage", [b"", b"\x01garbage", b"\x00\x91\x01", b"\x00\x91\x94\xc4\x01\x09\x91\xc4\x00\xc0\x00"]
)
def test_what_is_no_packet_is_refused(damage: bytes) -> None:
    """
    Cut, foreign, or of frames that do not exist.
    """
    with pytest.raises(NotAnEntry):
        read_packet(damage)


@given(st.integers(0, 200))
def test_a_packet_that_was_cut_is_refused(length: int) -> None:
    """
    At any place.
    """
    written = write_packet(packet_of(a_stream("a" * 300)))

    with pytest.raises(NotAnEntry):
        read_packet(written[:length])
