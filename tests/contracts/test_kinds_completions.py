"""What every kind of upstream promises of a text that is to be gone on with."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from gateway.upstreams.kind import Reader, Truncated
from gateway.upstreams.kinds import KINDS
from gateway.wire.assembly import Assembler
from gateway.wire.disassembly import disassemble
from gateway.wire.frames import Frame, FrameKind
from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.sealed_request import Isolation
from gateway.wire.usage_report import read_usage
from tests.fakes.chats import a_sealed_completion, a_target, chunks_in, cut, read_through
from tests.fakes.dialects import STREAM_ERRORS, TEXT_STREAMS, TEXT_WHOLES, text_event

_TEXT = 'return "} 你'
_PLACES = st.lists(st.integers(0, 5000), max_size=12)
_EVERY_KIND = pytest.mark.parametrize("kind", sorted(KINDS))
# Which of the fields a kind would read over; what it refuses itself it is asked.
_UNHEEDED = {"vllm": {"suffix"}, "transformers": {"suffix", "echo", "logprobs"}}


def _reader(kind: str, *, stream: bool = True) -> Reader:
    return KINDS[kind].call(a_sealed_completion(stream=stream), a_target(kind)).reader


def _body(kind: str, **fields: Any) -> dict[str, Any]:
    body: dict[str, Any] = orjson.loads(KINDS[kind].call(a_sealed_completion(**fields), a_target(kind)).body)
    return body


def _assembled(frames: list[Frame]) -> dict[str, Any]:
    assembler = Assembler()
    (whole,) = [found for frame in frames for found in assembler.feed(frame)]
    answer: dict[str, Any] = orjson.loads(whole.raw)
    return answer


def test_every_kind_has_its_completions_here() -> None:
    """
    The canned dialects cover the registry, no more and no less.
    """
    assert set(KINDS) == set(TEXT_STREAMS) == set(TEXT_WHOLES)


@_EVERY_KIND
@given(places=_PLACES)
def test_a_stream_reads_the_same_however_it_is_cut(kind: str, places: list[int]) -> None:
    """
    The bytes that a caller is sent do not depend on the chunks of the upstream.
    """
    whole = read_through(_reader(kind), [TEXT_STREAMS[kind]])

    assert whole == read_through(_reader(kind), cut(TEXT_STREAMS[kind], places))


@_EVERY_KIND
def test_a_stream_ends_with_one_finish_chunk_that_carries_the_usage(kind: str) -> None:
    """
    Every chunk has a choice, because editors read the first one unasked.
    """
    frames = read_through(_reader(kind), [TEXT_STREAMS[kind]])

    chunks = chunks_in(frames)
    assert {1} == {len(chunk["choices"]) for chunk in chunks}
    assert {"text_completion"} == {chunk["object"] for chunk in chunks}
    assert _TEXT == "".join(chunk["choices"][0]["text"] for chunk in chunks)
    assert ["stop"] == [reason for chunk in chunks if (reason := chunk["choices"][0].get("finish_reason"))]
    assert FrameKind.DONE is frames[-1].kind
    assert (12, 5, 4, 8) == tuple(
        chunks[-1]["usage"][name]
        for name in (
            "prompt_tokens",
            "completion_tokens",
            "prompt_cache_hit_tokens",
            "prompt_cache_miss_tokens",
        )
    )
    assert read_usage(chunks[-1]["usage"]) == frames[-2].usage


@_EVERY_KIND
@given(places=_PLACES)
def test_a_whole_answer_and_a_stream_are_the_same(kind: str, places: list[int]) -> None:
    """
    Text, ending and usage, whichever of the two was asked for.
    """
    (whole,) = read_through(_reader(kind, stream=False), cut(TEXT_WHOLES[kind], places))
    streamed = _assembled(read_through(_reader(kind), [TEXT_STREAMS[kind]]))

    answer = orjson.loads(whole.raw)
    assert FrameKind.WHOLE is whole.kind
    assert "text_completion" == answer["object"] == streamed["object"]
    assert (_TEXT, "stop") == (answer["choices"][0]["text"], answer["choices"][0]["finish_reason"])
    assert answer["choices"][0]["text"] == streamed["choices"][0]["text"]
    assert answer["choices"][0]["finish_reason"] == streamed["choices"][0]["finish_reason"]
    assert answer["usage"] == streamed["usage"]
    assert answer == _assembled(disassemble(whole.raw, whole.usage))


@_EVERY_KIND
@given(places=_PLACES)
def test_what_was_not_asked_for_is_told_as_it_was(kind: str, places: list[int]) -> None:
    """
    A whole answer in the place of a stream, and a stream in the place of a whole answer.
    """
    whole, stream = TEXT_WHOLES["sglang"], TEXT_STREAMS["sglang"]

    told = _assembled(read_through(_reader(kind), cut(whole, places)))
    put_together = read_through(_reader(kind, stream=False), cut(stream, places))

    assert _TEXT == told["choices"][0]["text"]
    assert _TEXT == orjson.loads(put_together[-1].raw)["choices"][0]["text"]


@_EVERY_KIND
def test_a_cut_stream_is_no_answer(kind: str) -> None:
    """
    Without a finish reason nothing has ended, [DONE] or not.
    """
    for ending in (b"", b"data: [DONE]\n\n"):
        with pytest.raises(Truncated):
            read_through(_reader(kind), [text_event("return "), ending])


@_EVERY_KIND
def test_an_error_in_a_stream_ends_it(kind: str) -> None:
    """
    What came before it is told first.
    """
    frames = read_through(_reader(kind), [text_event("return "), STREAM_ERRORS[kind]])

    assert [FrameKind.DELTA, FrameKind.ERROR] == [frame.kind for frame in frames]


@_EVERY_KIND
def test_a_completion_is_asked_for_behind_the_base_url(kind: str) -> None:
    """
    With the prompt as it is, and no trace of a conversation.
    """
    call = KINDS[kind].call(a_sealed_completion("x", max_tokens=7), a_target(kind, base_path="/proxy"))

    body = orjson.loads(call.body)
    assert ("/completions", False) == (call.path, call.from_root)
    assert ("their-model", "x", 7) == (body["model"], body["prompt"], body["max_tokens"])
    assert body.keys().isdisjoint({"messages", "thinking", "suffix"})


@_EVERY_KIND
@pytest.mark.parametrize("field", ["suffix", "echo", "logprobs"])
def test_what_a_server_would_not_do_is_not_asked_of_it(kind: str, field: str) -> None:
    """
    Another server of the route may know it; a caller is told which field it was.
    """
    asked: Any = {"suffix": "end", "echo": True, "logprobs": 2}[field]
    if field not in _UNHEEDED.get(kind, ()):
        assert asked == _body(kind, **{field: asked})[field]
        return
    with pytest.raises(InvalidRequest) as refused:
        _body(kind, **{field: asked})

    assert field == refused.value.param


@_EVERY_KIND
def test_with_a_template_every_server_fills_gaps(kind: str) -> None:
    """
    Its model reads both sides in one prompt, between the marks that it was trained with.
    """
    target = a_target(kind)
    marked = replace(target, upstream=replace(target.upstream, fim_template="<P>{prompt}<S>{suffix}<M>"))

    body = orjson.loads(KINDS[kind].call(a_sealed_completion("a", suffix="b"), marked).body)

    assert ("<P>a<S>b<M>", False) == (body["prompt"], "suffix" in body)


@_EVERY_KIND
def test_what_asks_for_nothing_is_no_reason_to_refuse(kind: str) -> None:
    """
    Some clients always send all fields.
    """
    assert _body(kind, suffix="", echo=False, logprobs=None).keys().isdisjoint({"suffix", "logprobs"})


@_EVERY_KIND
def test_policys_defaults_for_chat_stay_at_home(kind: str) -> None:
    """
    A model that is to think elsewhere goes on with a text at once.
    """
    sealed = a_sealed_completion()
    filled = structs.replace(
        sealed.request,
        body={**sealed.request.body, "thinking": {"type": "enabled"}, "reasoning_effort": "high", "n": 1},
    )

    body = orjson.loads(KINDS[kind].call(structs.replace(sealed, request=filled), a_target(kind)).body)

    assert body.keys().isdisjoint({"thinking", "reasoning_effort", "n", "chat_template_kwargs"})


@_EVERY_KIND
def test_a_server_that_refuses_stream_options_is_not_sent_them(kind: str) -> None:
    """
    As at chat, where policy says so; and it knows whose request it is where it has a field for that.
    """
    target = a_target(kind)
    plain = replace(target, upstream=replace(target.upstream, stream_usage=False))
    sealed = structs.replace(a_sealed_completion(stream=True), isolation=Isolation("tenant-1", "user-1"))

    body = orjson.loads(KINDS[kind].call(sealed, plain).body)

    assert "stream_options" not in body
    assert {"tenant-1", "user-1"} & {body.get(name) for name in ("cache_salt", "user", "user_id")}
