"""A stage that keeps what passes."""

from hypothesis import given
from hypothesis import strategies as some

from gateway.audit.keeper import Keeper
from gateway.wire.frames import Frame, FrameKind


@given(some.lists(some.binary(max_size=20), max_size=20), some.integers(0, 100))
def test_frames_pass_and_their_beginning_is_kept(pieces: list[bytes], most: int) -> None:
    """
    Up to the bound, byte for byte; whether something is missing is said.
    """
    keeper = Keeper(most)
    frames = [Frame(FrameKind.DELTA, piece) for piece in pieces]

    passed = [frame for one in frames for frame in keeper.feed(one)]

    whole = b"".join(pieces)
    assert frames == passed
    assert whole[:most] == keeper.kept
    assert (len(whole[:most]), len(whole) > most) == (keeper.size, keeper.is_cut)
    assert () == keeper.finish()
