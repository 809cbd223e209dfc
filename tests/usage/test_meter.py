"""Counting what an answer consumed, while it passes."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.usage.meter import Meter
from gateway.vocabulary.usage import Usage
from gateway.wire.frames import DONE, Frame, FrameKind
from tests.fakes.builders import REPORTED_USAGE, WHOLE_ANSWER, a_delta


def reporting(usage: Usage) -> Frame:
    return Frame(FrameKind.DELTA, a_delta().raw, usage)


def a_meter_that_saw(*frames: Frame) -> Meter:
    meter = Meter()
    for frame in frames:
        meter.feed(frame)
    return meter


EARLIER = Usage(prompt_tokens=11, completion_tokens=1)


@pytest.mark.parametrize(
    ("frames", "reported"),
    [
        ([], None),
        ([a_delta(), a_delta(), DONE], None),
        ([a_delta(), reporting(REPORTED_USAGE), DONE], REPORTED_USAGE),
        ([reporting(REPORTED_USAGE), a_delta(), DONE], REPORTED_USAGE),
        ([reporting(EARLIER), reporting(REPORTED_USAGE)], REPORTED_USAGE),
        ([Frame(FrameKind.WHOLE, WHOLE_ANSWER, REPORTED_USAGE)], REPORTED_USAGE),
        ([Frame(FrameKind.WHOLE, WHOLE_ANSWER)], None),
    ],
    ids=["nothing", "silent", "last", "not-last", "running-total", "whole", "none-in-whole"],
)
def test_the_upstreams_last_report_counts(frames: Sequence[Frame], reported: Usage | None) -> None:
    """
    Wherever in the answer it stands.
    """
    assert reported == a_meter_that_saw(*frames).reported


def test_without_a_report_each_delta_is_a_token() -> None:
    """
    The estimate says of itself that it is one; the end of a stream is no token.
    """
    meter = a_meter_that_saw(a_delta(), a_delta(), a_delta(), DONE)

    assert Usage(20, 3, 0, 20, measured=False) == meter.estimate(20)


def test_a_whole_answer_without_a_report_is_not_free() -> None:
    """
    It counts by the rule of thumb, where a stream of it would count its deltas.
    """
    answer = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"0123456789"}}]}'
    meter = a_meter_that_saw(Frame(FrameKind.WHOLE, answer))

    assert Usage(20, 3, 0, 20, measured=False) == meter.estimate(20)


@given(texts=st.lists(st.sampled_from(["one", "two", "{}", ""]), max_size=10))
def test_a_meter_lets_everything_pass(texts: list[str]) -> None:
    """
    What goes in comes out at once, unchanged, and nothing is left for the end.
    """
    meter, frames = Meter(), [*map(a_delta, texts), DONE]

    passed = [passing for frame in frames for passing in meter.feed(frame)]

    assert frames == passed
    assert () == meter.finish()


def test_deltas_that_came_count_though_they_have_not_passed() -> None:
    """
    And are not counted again when they pass.
    """
    meter, estimates = Meter(), []
    meter.feed(a_delta())
    meter.counted(3)
    for _ in range(3):
        estimates.append(meter.estimate(0).completion_tokens)
        meter.feed(a_delta())

    assert ([3, 3, 3], 4) == (estimates, meter.estimate(0).completion_tokens)
