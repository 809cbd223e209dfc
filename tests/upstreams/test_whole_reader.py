import orjson
import pytest

from gateway.upstreams.kind import Garbled, Truncated
from gateway.upstreams.stream_reader import StreamReader
from gateway.upstreams.whole_reader import ANSWER_BYTES, AssemblingReader, WholeReader
from gateway.wire.frames import Frame, FrameKind
from gateway.wire.usage_report import read_usage
from tests.fakes.chats import read_through
from tests.fakes.dialects import delta, ending

_USAGE = {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17}
_DEEPSEEK_USAGE = {**_USAGE, "prompt_cache_hit_tokens": 4, "prompt_cache_miss_tokens": 8}


def _complain(body: bytes) -> Frame:
    return Frame(FrameKind.ERROR, b"data: " + body + b"\n\n")


def _answer(usage: object = None, **message: str) -> bytes:
    answer = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": usage}
    return orjson.dumps(answer)


@pytest.mark.parametrize("usage", [None, _DEEPSEEK_USAGE])
def test_an_answer_in_deepseeks_shape_stays_as_its_bytes(usage: object) -> None:
    """
    Odd spacing survives; only the blank lines around it go.
    """
    body = _answer(usage, content="x").replace(b":", b" :  ")

    frames = read_through(WholeReader(_complain), [b"\n", b"\n\n", b"\n" + body[:9], body[9:] + b"\n"])

    assert [body] == [frame.raw for frame in frames]
    assert (None if usage is None else read_usage(_DEEPSEEK_USAGE)) == frames[0].usage


def test_a_usage_without_cache_counts_is_completed() -> None:
    """
    No cache known is no cache hit.
    """
    frames = read_through(WholeReader(_complain), [_answer(_USAGE, content="x")])

    expected = {**_USAGE, "prompt_cache_hit_tokens": 0, "prompt_cache_miss_tokens": 12}
    assert expected == orjson.loads(frames[0].raw)["usage"]


def test_reasoning_gets_deepseeks_name() -> None:
    """
    Only where the kind says that its server calls it otherwise.
    """
    body = _answer(content="x", reasoning="Hm.")

    renamed = read_through(WholeReader(_complain, renames_reasoning=True), [body])
    plain = read_through(WholeReader(_complain), [body])

    message = orjson.loads(renamed[0].raw)["choices"][0]["message"]
    assert {"content": "x", "reasoning_content": "Hm."} == message
    assert body == plain[0].raw


@pytest.mark.parametrize("opening", [b"", b": wait\n\n", b"\xef\xbb\xbf", b"event: message\n"])
def test_a_stream_in_the_place_of_a_whole_answer_is_put_together(opening: bytes) -> None:
    """
    Some servers stream whatever they are asked for.
    """
    body = opening + delta(role="assistant", reasoning="Hm.") + delta(content="Hello") + ending(_USAGE)

    frames = read_through(WholeReader(_complain, renames_reasoning=True), [body[:40], body[40:]])

    assert [FrameKind.WHOLE] == [frame.kind for frame in frames]
    message = orjson.loads(frames[0].raw)["choices"][0]["message"]
    assert ("Hello", "Hm.") == (message["content"], message["reasoning_content"])
    assert read_usage(_USAGE) == frames[0].usage


def test_half_a_stream_is_no_whole_answer() -> None:
    """
    Neither cut nor broken off by an error.
    """
    failed = read_through(WholeReader(_complain), [delta(content="x") + b'data: {"error":"x"}\n\n'])

    assert [FrameKind.ERROR] == [frame.kind for frame in failed]
    with pytest.raises(Truncated):
        read_through(WholeReader(_complain), [delta(content="x")])


@pytest.mark.parametrize("body", [b'{"error":{"message":"x"}}', b'{"detail":"x"}', b'{"object":"error"}'])
def test_an_error_with_status_200_is_an_error(body: bytes) -> None:
    """
    DeepSeek has sent its head long before it knows.
    """
    frames = read_through(WholeReader(_complain), [b"\n\n" + body])

    assert [_complain(body)] == frames


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b"{}", b'{"choices":[]}', b'{"choices":[1]}', b'{"choices":[']
)
def test_what_is_no_answer_is_garbled(body: bytes) -> None:
    """
    JSON or not: without choices there is no answer.
    """
    with pytest.raises(Garbled):
        read_through(WholeReader(_complain), [body])


def test_an_answer_is_bounded() -> None:
    """
    Neither reader keeps more than an answer can be.
    """
    piece = b"x" * (ANSWER_BYTES // 2)
    reader = WholeReader(_complain)
    reader.feed(piece)
    reader.feed(piece)

    with pytest.raises(Garbled):
        reader.feed(b"x")


def test_a_stream_is_put_together_at_its_end() -> None:
    """
    Nothing comes before the end, and then one whole answer.
    """
    reader = AssemblingReader(StreamReader(_complain))

    early = reader.feed(delta(role="assistant", content="Hel") + delta(content="lo") + ending(_USAGE))
    frames = reader.finish()

    assert [] == early
    answer = orjson.loads(frames[0].raw)
    assert ("Hello", 12) == (
        answer["choices"][0]["message"]["content"],
        answer["usage"]["prompt_cache_miss_tokens"],
    )


def test_an_error_inside_the_stream_comes_out_at_once() -> None:
    """
    Half an answer is no answer.
    """
    reader = AssemblingReader(StreamReader(_complain))

    frames = reader.feed(delta(content="Hel") + b'data: {"error":"x"}\n\n')

    assert [FrameKind.ERROR] == [frame.kind for frame in frames]


def test_a_cut_stream_is_no_answer() -> None:
    """
    Without a finish reason nothing was whole.
    """
    with pytest.raises(Truncated):
        read_through(AssemblingReader(StreamReader(_complain)), [delta(content="Hel")])


@pytest.mark.parametrize("chunk", [b'{"choices":[5]}', b'{"choices":[{"delta":5}]}', b'{"choices":x}'])
def test_a_chunk_that_cannot_be_put_together_is_garbled(chunk: bytes) -> None:
    """
    Only here every chunk is parsed, so only here it shows.
    """
    with pytest.raises(Garbled):
        read_through(AssemblingReader(StreamReader(_complain)), [b"data: " + chunk + b"\n\n"])
