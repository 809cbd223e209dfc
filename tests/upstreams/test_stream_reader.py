import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from gateway.upstreams.kind import Garbled
from gateway.upstreams.stream_reader import StreamReader
from gateway.wire.frames import DONE, Frame, FrameKind
from tests.fakes.chats import chunks_in, read_through
from tests.fakes.dialects import delta, ending, event

_USAGE = {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17}
_DONE = b"data: [DONE]\n\n"


def _complain(body: bytes) -> Frame:
    return Frame(FrameKind.ERROR, b"data: " + body.strip() + b"\n\n")


def _reader(*, renames_reasoning: bool = False) -> StreamReader:
    return StreamReader(_complain, renames_reasoning=renames_reasoning)


def test_what_needs_no_change_passes_as_its_bytes() -> None:
    """
    Odd spacing, event names and all.
    """
    events = [
        delta(content='He said "usage": {"x":1}, "error": 5, "finish_reason":"stop"'),
        b'data:{"choices": [{"delta": {}, "finish_reason": null}], "usage": null, "error": null}\n\n',
        b'event: message\ndata: {"choices":[{"delta":{"content":"x"}}]}\n\n',
        b'data: {"choices":[],\ndata: "prompt_filter_results":[]}\n\n',
    ]

    frames = _reader().feed(b"".join(events))

    assert events == [frame.raw for frame in frames]


def test_deltas_leave_with_the_bytes_that_complete_them() -> None:
    """
    Only a chunk with a finish reason is ever held back.
    """
    reader = _reader()

    first = reader.feed(delta(content="x")[:-1])
    second = reader.feed(b"\n")

    assert ([], [delta(content="x")]) == (list(first), [frame.raw for frame in second])


def test_a_finish_chunk_with_deepseeks_usage_is_not_held_back() -> None:
    """
    It leaves at once and untouched; a usage chunk after it says nothing new.
    """
    usage = {**_USAGE, "prompt_cache_hit_tokens": 0, "prompt_cache_miss_tokens": 12}
    last = ending(usage)
    reader = _reader()

    at_once = reader.feed(last)
    rest = reader.feed(event(choices=[], usage=_USAGE) + _DONE)

    assert [last] == [frame.raw for frame in at_once]
    assert [DONE] == rest


def test_a_finish_chunk_waits_for_the_usage_that_follows() -> None:
    """
    The usage chunk is merged into it, and no chunk without choices reaches the caller.
    """
    reader = _reader()

    held = reader.feed(ending(content=""))
    frames = reader.feed(event(choices=[], usage=_USAGE) + _DONE)

    chunks = chunks_in(frames)
    assert [] == held
    assert [1] == [len(chunk["choices"]) for chunk in chunks]
    assert {**_USAGE, "prompt_cache_hit_tokens": 0, "prompt_cache_miss_tokens": 12} == chunks[0]["usage"]
    assert DONE is frames[-1]


def test_running_usage_is_told_once_at_the_end() -> None:
    """
    A server that counts aloud on every chunk is heard out, and quoted once.
    """
    choice = {"index": 0, "delta": {"content": "x"}, "finish_reason": None}
    running = [event(choices=[choice], usage={**_USAGE, "completion_tokens": count}) for count in (1, 2)]

    frames = read_through(_reader(), [*running, ending(_USAGE), event(choices=[], usage=_USAGE), _DONE])

    chunks = chunks_in(frames)
    assert [None, None, 5] == [chunk["usage"] and chunk["usage"]["completion_tokens"] for chunk in chunks]


def test_a_stream_whose_usage_never_comes_ends_without() -> None:
    """
    The finish chunk passes as it was; the meter counts by itself.
    """
    frames = read_through(_reader(), [delta(content="x"), ending(), _DONE])

    assert [delta(content="x"), ending(), DONE.raw] == [frame.raw for frame in frames]


def test_of_several_choices_the_last_to_finish_carries_the_usage() -> None:
    """
    Every choice keeps its finish reason.
    """
    ends = [event(choices=[{"index": index, "delta": {}, "finish_reason": "stop"}]) for index in (1, 0)]
    body = [ends[0], delta(content="x"), ends[1], event(choices=[], usage=_USAGE), _DONE]

    chunks = chunks_in(read_through(_reader(), body))

    assert [1, 0, 0] == [chunk["choices"][0]["index"] for chunk in chunks]
    assert [False, False, True] == [bool(chunk.get("usage")) for chunk in chunks]


@pytest.mark.parametrize("empty_reason", ["", None])
@pytest.mark.parametrize("last", [_DONE, b""])
def test_what_is_said_after_a_finish_reason_stays_behind_it(empty_reason: str | None, last: bytes) -> None:
    """
    A server that says why it stops before it has said all is heard in its order, the usage at the end.
    """
    more = {"index": 0, "delta": {"content": "lo"}, "finish_reason": empty_reason}
    body = [
        delta(content="H"),
        delta(content="e"),
        ending(content="l"),
        event(choices=[more]),
        event(choices=[], usage=_USAGE),
        last,
    ]

    frames = read_through(_reader(), body)

    chunks = chunks_in(frames)
    assert "Hello" == "".join(chunk["choices"][0]["delta"]["content"] for chunk in chunks)
    assert [None, None, None, 12] == [
        chunk.get("usage") and chunk["usage"]["prompt_tokens"] for chunk in chunks
    ]
    assert DONE is frames[-1]


@pytest.mark.parametrize("reason", ["", None])
def test_an_empty_finish_reason_is_none(reason: str | None) -> None:
    """
    Some servers send an empty text until the end.
    """
    choice = {"index": 0, "delta": {"content": "x"}, "finish_reason": reason}

    frames = _reader().feed(event(choices=[choice]))

    assert [event(choices=[choice])] == [frame.raw for frame in frames]


def test_reasoning_gets_deepseeks_name() -> None:
    """
    In bytes where that is all, and once where a server says both.
    """
    both = event(choices=[{"index": 0, "delta": {"reasoning": "Hm.", "reasoning_content": None}}])

    frames = _reader(renames_reasoning=True).feed(delta(reasoning='say "reasoning": x') + both)

    assert delta(reasoning_content='say "reasoning": x') == frames[0].raw
    assert {"reasoning_content": "Hm."} == chunks_in(frames)[1]["choices"][0]["delta"]


@pytest.mark.parametrize(
    "body",
    [
        b'data: {"error":{"message":"x"}}\n\n',
        b'data: {"error":{"message":"x"},"choices":[{"delta":{},"finish_reason":"error"}]}\n\n',
        b'data: {"object":"error","message":"x"}\n\n',
        b'event: error\ndata: {"error":"x"}\n\n',
        b'{"error":{"message":"x"}}\n\n',
        b'{"detail":"x"}\n\n',
        b'error: {"message":"x"}\n\n',
    ],
)
def test_an_error_of_any_shape_ends_the_stream(body: bytes) -> None:
    """
    One ERROR frame, and silence after it.
    """
    frames = read_through(_reader(), [delta(content="x"), body, ending(_USAGE), _DONE])

    assert [FrameKind.DELTA, FrameKind.ERROR] == [frame.kind for frame in frames]


def test_an_error_instead_of_a_stream_is_an_error() -> None:
    """
    A server may answer a stream's request with one JSON body.
    """
    frames = read_through(_reader(), [b'{"error":', b'{"message":"x"}}'])

    assert [Frame(FrameKind.ERROR, b'data: {"error":{"message":"x"}}\n\n')] == frames


@pytest.mark.parametrize("blank", [b"", b"\r\n\r\n"])
def test_an_answer_instead_of_a_stream_is_told_as_one(blank: bytes) -> None:
    """
    A server that does not stream says it all in one JSON body, perhaps on many lines.
    """
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "length"}
    body = orjson.dumps({"id": "c-1", "choices": [choice], "usage": _USAGE}, option=orjson.OPT_INDENT_2)

    frames = read_through(_reader(), [blank + body[:30], body[30:] + blank])

    chunks = chunks_in(frames)
    assert "Hello" == "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks)
    assert ("length", 12) == (chunks[-1]["choices"][0]["finish_reason"], chunks[-1]["usage"]["prompt_tokens"])
    assert DONE is frames[-1]


def test_a_report_of_no_token_is_no_report() -> None:
    """
    The finish chunk passes as it was, and the meter counts by itself.
    """
    noughts = dict.fromkeys(("prompt_tokens", "completion_tokens", "total_tokens"), 0)
    own = {**noughts, "prompt_cache_hit_tokens": 0, "prompt_cache_miss_tokens": 0}

    frames = [read_through(_reader(), [delta(content="x"), ending(told), _DONE]) for told in (noughts, own)]

    assert [ending(noughts), ending(own)] == [told[1].raw for told in frames]
    assert [None, None] == [told[1].usage for told in frames]


def test_what_came_before_garbage_is_told_first() -> None:
    """
    Frames of the same chunk are not lost to the garbage behind them.
    """
    reader = _reader()

    frames = reader.feed(delta(content="x") + b"garbage\n\n")

    assert [delta(content="x")] == [frame.raw for frame in frames]
    with pytest.raises(Garbled):
        reader.feed(b"")
    with pytest.raises(Garbled):
        reader.finish()


def test_an_event_without_its_blank_line_still_counts_at_the_end() -> None:
    """
    A server that ends its body too early by two bytes said everything.
    """
    frames = read_through(_reader(), [ending(), b"data: [DONE]"])
    usage_last = read_through(_reader(), [ending() + event(choices=[], usage=_USAGE).rstrip()])

    assert [ending(), DONE.raw] == [frame.raw for frame in frames]
    assert 12 == chunks_in(usage_last)[0]["usage"]["prompt_tokens"]


def test_a_cut_after_the_finish_reason_loses_only_the_usage() -> None:
    """
    The answer is whole; half a usage chunk is dropped.
    """
    frames = read_through(_reader(), [ending() + event(choices=[], usage=_USAGE)[:-9]])

    assert [ending(), DONE.raw] == [frame.raw for frame in frames]


def test_names_of_events_and_unknown_objects_are_not_passed_on() -> None:
    """
    Clients read `choices` of everything they are sent.
    """
    body = b'event: ping\n\nid: 7\n\nretry: 100\n\ndata: {"type":"ping"}\n\n'

    assert [] == _reader().feed(body)


# What may stand where, in events that look alike: in front of the choices, among them, and behind.
_MIDDLES = some.lists(
    some.sampled_from(
        [
            b'{"delta":{"content":"a"},',
            b'"usage":null,',
            b'"usage":{"total_tokens":3},',
            b'"usage',
            b'"error":null,',
            b'"error":{"message":"no"},',
            b'"finish_reason":"stop",',
            b'"reasoning":"r",',
            b'"choices":[',
            b'\\"usage\\":1,',
            b"\n",
            b"\r",
            b"\n\ndata: {",
            b" ",
        ]
    ),
    max_size=3,
).map(b"".join)
# The same with a text in front, which may hold anything and need not end where it seems to.
_TEXTS = some.lists(
    some.sampled_from(
        [
            b"a",
            b"\xe4\xbd\xa0",
            b'\\"',
            b"\\\\",
            b"\\",
            b"\n",
            b"\r",
            b'"',
            b'"error',
            b'"},"usage":{"total_tokens":3},"x":{"y":"',
            b'"},"finish_reason":"stop","x":{"y":"',
            b'"},"reasoning":"r","x":{"y":"',
        ]
    ),
    max_size=4,
).map(lambda pieces: b'{"delta":{"content":"' + b"".join(pieces) + b'"},')
_TAILS = some.sampled_from(
    [b'"finish_reason":null}]}\n\n', b'"finish_reason":null}],"usage":null}\n\n', b"}]}\n\n", b"}]}\n"]
)
_EVENTS = some.lists(
    some.builds(lambda middle, tail: b'data: {"id":1,"choices":[' + middle + tail, _MIDDLES | _TEXTS, _TAILS),
    max_size=5,
)


def _read_in(pieces: list[bytes], *, renames: bool) -> tuple[list[Frame], bool]:
    """Return the frames of these pieces, and whether all of them could be read."""
    reader, frames = _reader(renames_reasoning=renames), list[Frame]()
    try:
        for piece in pieces:
            frames += reader.feed(piece)
        frames += reader.feed(b"\n\n: the end\n\n")
    except Garbled:
        return frames, False
    return frames, True


@pytest.mark.slow
@settings(max_examples=300)
@given(events=_EVENTS, renames=some.booleans())
def test_events_that_look_alike_are_judged_like_any_others(events: list[bytes], *, renames: bool) -> None:
    """
    Remembering what the one before looked like changes no frame: in one piece, nothing is remembered.
    """
    like = delta(content="x")

    alone = _read_in([like, *events], renames=renames)
    together = _read_in([b": one piece\n\n" + like + b"".join(events)], renames=renames)

    assert together == alone


def test_a_chunk_like_the_one_before_may_still_end_the_stream() -> None:
    """
    What tells something between the two ends that are alike is seen.
    """
    reader = _reader()
    like = [
        b'data: {"choices":[{"delta":{},' + told + b'"finish_reason":null}]}\n\n'
        for told in (b"", b'"logprobs":null,', b'"index":0}],"error":{"message":"no"},"rest":[{', b"")
    ]

    frames = [frame for event in like for frame in reader.feed(event)]

    assert [FrameKind.DELTA, FrameKind.DELTA, FrameKind.ERROR] == [frame.kind for frame in frames]


def test_before_the_first_event_nothing_is_alike() -> None:
    """
    Blank lines and comments are no events, even where nothing is remembered yet.
    """
    pieces = [b"\n", b"\n\n", b"\n: wait\n", b"", b"\n\n", delta(content="x")]
    reader = _reader()

    frames = [frame.raw for piece in pieces for frame in reader.feed(piece)]

    assert [delta(content="x")] == frames


def test_the_longest_answer_fits_into_one_event() -> None:
    """
    Some servers hand out the arguments of a call in one piece, however long.
    """
    call = {
        "index": 0,
        "id": "c",
        "type": "function",
        "function": {"name": "f", "arguments": "x" * 1_600_000},
    }
    said = delta(tool_calls=[call])
    body = said + ending() + _DONE

    frames = read_through(_reader(), [body[place : place + 65_536] for place in range(0, len(body), 65_536)])

    assert [said, ending(), DONE.raw] == [frame.raw for frame in frames]
