"""The unit in which answers travel."""

import pytest

from gateway.wire.frames import DONE, Frame, FrameKind


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
