"""What was recorded comes back as it was, from any place on, and takes little room."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.cache.entry import frames_in
from gateway.cache.recording import BLOCK_BYTES, Recording
from gateway.cache.retention import may_be_kept
from gateway.wire.frames import Frame, FrameKind
from tests.fakes.cache_values import a_delta, a_stream, a_whole

_BATCHES = st.lists(
    st.lists(st.builds(Frame, st.just(FrameKind.DELTA), st.binary(max_size=9000)), min_size=1, max_size=3),
    min_size=1,
    max_size=12,
)


def _recorded(*batches: list[Frame]) -> Recording:
    recording, so_far_bytes = Recording(), 0
    for batch in batches:
        recording.add(batch, so_far_bytes)
        so_far_bytes += sum(len(frame.raw) for frame in batch)
    return recording


def _all(recording: Recording, position: int) -> list[Frame]:
    found: list[Frame] = []
    while position + len(found) < recording.end:
        some = recording.since(position + len(found))
        assert some
        found += some
    return found


@given(_BATCHES, st.integers(0, 40))
def test_from_any_place_on_everything_comes_in_its_order(batches: list[list[Frame]], position: int) -> None:
    """
    However it came; and all of it is in what is kept.
    """
    frames = [frame for batch in batches for frame in batch]
    recording = _recorded(*batches)

    assert frames[position:] == _all(recording, position)
    assert frames == frames_in(recording.content())


@given(_BATCHES, st.integers(0, 40))
def test_what_is_forgotten_changes_nothing_for_those_behind_it(
    batches: list[list[Frame]], before: int
) -> None:
    """
    Who reads from there on.
    """
    frames = [frame for batch in batches for frame in batch]
    recording = _recorded(*batches)
    before = min(before, recording.end)

    recording.forget(before)
    recording.add([a_delta()], 100)

    assert [*frames[before:], a_delta()] == _all(recording, before)
    assert before == recording.first


def test_a_long_stream_takes_a_fraction_of_its_bytes() -> None:
    """
    Deltas have most in common; a short answer is left as it is.
    """
    deltas = [[a_delta(f"word {number}")] for number in range(1000)]
    recording = _recorded(*deltas)
    size = sum(len(batch[0].raw) for batch in deltas)

    held = sum(len(block.packed) for block in recording._blocks)
    assert held * 8 < size
    assert sum(len(frame.raw) for frame in recording._tail) < BLOCK_BYTES + 500
    assert [] == _recorded([a_whole("x" * BLOCK_BYTES)])._blocks


def test_how_an_answer_ended_is_told_without_unpacking_it() -> None:
    """
    By the frames that may say so, of all choices.
    """
    for reason in ("stop", "length"):
        frames = [*map(a_delta, ["x" * 900] * 40), a_delta("", reason, 0)]
        frames += [*map(a_delta, ["y" * 900] * 40), *a_stream(reason="stop")[-2:]]
        recording = _recorded(*([frame] for frame in frames))
        telling = recording.telling()

        assert len(telling) < len(frames)
        assert FrameKind.DONE is telling[-1].kind
        for choices in (1, 2):
            assert may_be_kept(frames, ("stop",), choices) == may_be_kept(telling, ("stop",), choices)
