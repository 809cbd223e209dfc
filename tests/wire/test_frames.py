"""The unit in which answers travel."""

from collections.abc import Sequence

import pytest

from gateway.wire.frames import DONE, Frame, FrameKind, is_patient


def test_a_frame_cannot_be_changed() -> None:
    """
    Stages make new frames; the recorder can keep the old ones.
    """
    with pytest.raises(AttributeError):
        DONE.raw = b""  # type: ignore[misc]


def test_equal_frames_are_equal() -> None:
    """
    A frame is its kind and its bytes.
    """
    assert Frame(FrameKind.DONE, b"data: [DONE]\n\n") == DONE
    assert Frame(FrameKind.DELTA, DONE.raw) != DONE


class _Plain:
    def feed(self, frame: Frame) -> Sequence[Frame]:
        return (frame,)

    def finish(self) -> Sequence[Frame]:
        return ()


class _Patient(_Plain):
    async def feed_slowly(self, frame: Frame) -> Sequence[Frame]:
        return (frame,)


def test_a_stage_is_patient_that_can_be_fed_slowly() -> None:
    """
    The others are fed at once.
    """
    assert [False, True] == [is_patient(stage) for stage in (_Plain(), _Patient())]
