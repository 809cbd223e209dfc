"""Only whole answers that finished as policy has it are kept."""

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cache.retention import may_be_kept, telling_in
from gateway.wire.frames import DONE, Frame, FrameKind
from tests.fakes.cache_values import a_delta, a_stream, a_whole

_REASONS = ("stop", "tool_calls")


@pytest.mark.parametrize("reason", ["stop", "tool_calls"])
def test_a_finished_answer_is_kept(reason: str) -> None:
    """
    Streamed or whole.
    """
    assert may_be_kept(a_stream(reason=reason), _REASONS, 1)
    assert may_be_kept([a_whole(reason=reason)], _REASONS, 1)


@pytest.mark.parametrize("reason", ["length", "content_filter", "insufficient_system_resource"])
def test_an_answer_that_finished_otherwise_is_not(reason: str) -> None:
    """
    Unless policy says so.
    """
    assert not may_be_kept(a_stream(reason=reason), _REASONS, 1)
    assert not may_be_kept([a_whole(reason=reason)], _REASONS, 1)
    assert may_be_kept([a_whole(reason=reason)], (*_REASONS, reason), 1)


@pytest.mark.parametrize(
    "frames",
    [
        [],
        [a_delta()],
        a_stream()[:-1],
        [a_delta(), DONE],
        [a_delta(), Frame(FrameKind.ERROR, b'data: {"error": {}}\n\n')],
        [Frame(FrameKind.WHOLE, b'{"error": {}}')],
        [Frame(FrameKind.WHOLE, b"[]")],
        [Frame(FrameKind.WHOLE, b"{")],
        [Frame(FrameKind.DELTA, b'data: {"choices": [{"finish_reason": "sto\n\n'), DONE],
    ],
)
def test_what_is_cut_or_failed_is_not_kept(frames: list[Frame]) -> None:
    """
    No end, no finish reason, an error, or no answer at all.
    """
    assert not may_be_kept(frames, _REASONS, 1)


def test_words_that_look_like_an_ending_are_none() -> None:
    """
    A model may write about finish reasons.
    """
    assert not may_be_kept([a_delta('"finish_reason":"stop"'), DONE], _REASONS, 1)
    assert may_be_kept([a_delta('"finish_reason":null'), a_delta("", "stop"), DONE], _REASONS, 1)


def test_every_choice_has_to_finish_well() -> None:
    """
    Of two choices, both.
    """
    both = [a_delta("a"), a_delta("b", index=1), a_delta("", "stop"), a_delta("", "stop", 1), DONE]
    cut = [a_delta("a"), a_delta("", "stop"), a_delta("", "length", 1), DONE]

    assert may_be_kept(both, _REASONS, 2)
    assert not may_be_kept(both, _REASONS, 3)
    assert not may_be_kept(cut, _REASONS, 2)


def test_spaces_in_what_an_upstream_writes_make_no_difference() -> None:
    """
    Some servers write their JSON with spaces.
    """
    spaced = [
        Frame(frame.kind, frame.raw.replace(b'"finish_reason":', b'"finish_reason": '))
        for frame in a_stream()
    ]

    assert may_be_kept(spaced, _REASONS, 1)


@given(
    st.lists(st.sampled_from([None, "stop", "tool_calls", "length", "stopped", 1]), max_size=3),
    st.sampled_from(["", '"finish_reason":"stop"', "finish_reason"]),
    st.sampled_from([(",", ":"), (", ", ": "), (",", ":\t")]),
)
def test_a_quick_look_says_what_a_reading_would(
    reasons: list[str | int | None], text: str, separators: tuple[str, str]
) -> None:
    """
    However the answer is written, and whatever the model says in it.
    """
    choices = [
        {"index": index, "message": {"content": text}, "finish_reason": reason}
        for index, reason in enumerate(reasons)
    ]
    answer = Frame(FrameKind.WHOLE, json.dumps({"choices": choices}, separators=separators).encode())

    finished = [reason for reason in reasons if reason is not None]
    expected = len(finished) == 1 and finished[0] in _REASONS
    assert expected is may_be_kept([answer], _REASONS, 1)


@given(
    st.lists(st.sampled_from([None, "stop", "length"]), max_size=4), st.sampled_from(["", '"finish_reason":'])
)
def test_a_chunk_tells_if_any_of_its_choices_is_finished(reasons: list[str | None], text: str) -> None:
    """
    Whatever the model says in it.
    """
    choices = [
        {"index": index, "delta": {"content": text}, "finish_reason": reason}
        for index, reason in enumerate(reasons)
    ]
    chunk = Frame(FrameKind.DELTA, b"data: " + orjson.dumps({"choices": choices}) + b"\n\n")

    assert any(reason is not None for reason in reasons) is (telling_in([chunk]) == [chunk])


def test_frames_that_only_say_that_nothing_is_finished_tell_nothing() -> None:
    """
    However they are written; one that says more is found among them.
    """
    quiet, last = [a_delta("one"), a_delta("two")], a_delta("", "stop")
    spaced = Frame(FrameKind.DELTA, quiet[0].raw.replace(b":null", b": null"))

    assert [] == telling_in(quiet)
    assert [spaced] == telling_in([*quiet, spaced])
    assert [last] == telling_in([*quiet, last])


def test_vectors_are_kept_whole() -> None:
    """
    Nothing of them was generated, so nothing says how it ended; a failure is none.
    """
    assert may_be_kept([Frame(FrameKind.WHOLE, b'{"data": []}')], _REASONS, 0)
    assert not may_be_kept([Frame(FrameKind.ERROR, b'{"error": {}}')], _REASONS, 0)
    assert not may_be_kept([], _REASONS, 0)
