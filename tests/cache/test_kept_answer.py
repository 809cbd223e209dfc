"""A kept answer is given as its caller wants it."""

import asyncio

import orjson
import pytest

from gateway.cache.kept_answer import KeptAnswer, frames_for
from gateway.wire.frames import DONE, Frame, FrameKind
from tests.fakes.cache_values import USAGE, a_delta, a_stream, a_whole
from tests.fakes.flights import ReadingSink
from tests.fakes.sinks import FrameBasin
from tests.fakes.virtual_time import in_virtual_time, settle_down


@pytest.mark.parametrize("streamed", [True, False])
def test_the_same_form_is_the_same_bytes(streamed: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """
    Frame by frame.
    """
    frames = a_stream() if streamed else [a_whole()]

    assert frames == frames_for(frames, streamed=streamed)


def test_a_stream_is_given_whole() -> None:
    """
    With its text and what it consumed.
    """
    (whole,) = frames_for(a_stream("Hel", "lo"), streamed=False) or [DONE]

    answer = orjson.loads(whole.raw)
    assert ("chat.completion", "Hello") == (answer["object"], answer["choices"][0]["message"]["content"])
    assert 5 == answer["usage"]["completion_tokens"]
    assert USAGE == whole.usage


def test_a_whole_answer_is_given_as_a_stream() -> None:
    """
    With [DONE], and what it consumed on the last chunk.
    """
    frames = frames_for([a_whole("Hello")], streamed=True) or []

    assert DONE == frames[-1]
    assert b"Hello" in b"".join(frame.raw for frame in frames)
    assert USAGE == frames[-2].usage


@pytest.mark.parametrize(
    "delta",
    [
        b'{"content":"\\ud83d"}',
        b'{"content":[{"type":"text","text":"Hello"}]}',
        b'{"tool_calls":[{"index":0,"function":{"name":"f","arguments":{"a":1}}}]}',
        b'{"content":"x"},"logprobs":{"content":[{"token":"x","logprob":-Infinity}]}',
        b"5",
    ],
)
def test_a_stream_that_nobody_can_read_is_given_as_a_stream_alone(delta: bytes) -> None:
    """
    Chunks pass as they come, and not every one of them can be put into a whole answer.
    """
    odd = Frame(FrameKind.DELTA, b'data: {"choices":[{"index":0,"delta":' + delta + b"}]}\n\n")
    frames = [odd, *a_stream("Hel", "lo")]

    assert frames == frames_for(frames, streamed=True)
    assert frames_for(frames, streamed=False) is None


@in_virtual_time
async def test_at_once_means_in_as_few_pieces_as_may_be() -> None:
    """
    A long answer is cut, so that a slow reader is waited for.
    """
    basin = FrameBasin()
    frames = [Frame(FrameKind.DELTA, b"x" * 30_000) for _ in range(5)]

    await KeptAnswer([*a_stream(), *frames]).pour(basin)

    assert [*a_stream(), *frames] == basin.frames
    assert 2 == len(basin.batches)


@in_virtual_time
async def test_a_pace_is_kept() -> None:
    """
    So many deltas in a second.
    """
    frames = a_stream(*"abcdefgh")
    sink = ReadingSink()
    began = asyncio.get_running_loop().time()

    await KeptAnswer(frames, deltas_per_second=4).pour(sink)

    assert frames == sink.frames
    assert (len(frames) - 1) / 4 == pytest.approx(asyncio.get_running_loop().time() - began)


@in_virtual_time
async def test_a_reader_who_leaves_is_given_no_more() -> None:
    """
    At a pace, a cancelled exchange ends at once.
    """
    sink = ReadingSink()
    task = asyncio.ensure_future(KeptAnswer(a_stream(*"abcdefgh"), deltas_per_second=1).pour(sink))
    await settle_down()

    task.cancel()
    await asyncio.sleep(100)

    assert [a_delta("a")] == sink.frames


@in_virtual_time
async def test_a_sink_that_wants_no_more_is_given_no_more() -> None:
    """
    As with every other source.
    """
    basin = FrameBasin(wanted=1)

    await KeptAnswer(a_stream(), deltas_per_second=1000).pour(basin)

    assert 1 == len(basin.batches)
