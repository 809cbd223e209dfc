"""What every kind of upstream promises; a new kind joins by being in the registry."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.upstreams.kind import Garbled, Reader, Truncated
from gateway.upstreams.kinds import KINDS
from gateway.wire.frames import FrameKind
from gateway.wire.sse import EVENT_BYTES
from gateway.wire.usage_report import read_usage
from tests.fakes.chats import (
    CREDENTIAL,
    a_sealed_request,
    a_target,
    chunks_in,
    cut,
    read_through,
)
from tests.fakes.dialects import STREAM_ERRORS, STREAMS, WHOLES, delta

_PLACES = st.lists(st.integers(0, 5000), max_size=12)
_EVERY_KIND = pytest.mark.parametrize("kind", sorted(KINDS))


def _reader(kind: str, *, stream: bool = True) -> Reader:
    return KINDS[kind].call(a_sealed_request(stream=stream), a_target(kind)).reader


def _deltas(chunks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [choice["delta"] for chunk in chunks for choice in chunk["choices"]]


def test_every_kind_has_its_dialect_here() -> None:
    """
    The canned dialects cover the registry, no more and no less.
    """
    assert set(KINDS) == set(STREAMS) == set(WHOLES) == set(STREAM_ERRORS)


@_EVERY_KIND
@given(places=_PLACES)
def test_a_stream_reads_the_same_however_it_is_cut(kind: str, places: list[int]) -> None:
    """
    The bytes that a caller is sent do not depend on the chunks of the upstream.
    """
    whole = read_through(_reader(kind), [STREAMS[kind]])

    pieces = read_through(_reader(kind), cut(STREAMS[kind], places))

    assert whole == pieces


@_EVERY_KIND
def test_a_stream_ends_with_one_finish_chunk_that_carries_deepseeks_usage(kind: str) -> None:
    """
    Exactly one chunk has a finish reason; it carries the usage, and one [DONE] follows it.
    """
    frames = read_through(_reader(kind), [STREAMS[kind]])

    chunks = chunks_in(frames)
    reasons = [choice["finish_reason"] for chunk in chunks for choice in chunk["choices"]]
    assert ["stop"] == [reason for reason in reasons if reason]
    assert [FrameKind.DELTA] * len(chunks) + [FrameKind.DONE] == [frame.kind for frame in frames]
    usage = chunks[-1]["usage"]
    assert (12, 5, 4, 8) == tuple(
        usage[name]
        for name in (
            "prompt_tokens",
            "completion_tokens",
            "prompt_cache_hit_tokens",
            "prompt_cache_miss_tokens",
        )
    )
    assert [None] * (len(frames) - 2) == [frame.usage for frame in frames[:-2]]
    assert read_usage(usage) == frames[-2].usage


@_EVERY_KIND
def test_a_stream_says_its_reasoning_and_its_words_as_deepseek_does(kind: str) -> None:
    """
    Reasoning is `reasoning_content`, whatever the server calls it.
    """
    deltas = _deltas(chunks_in(read_through(_reader(kind), [STREAMS[kind]])))

    assert "Hm." == "".join(part.get("reasoning_content") or "" for part in deltas)
    assert "Hello" == "".join(part.get("content") or "" for part in deltas)
    assert not any("reasoning" in part for part in deltas)


@_EVERY_KIND
@given(places=_PLACES)
def test_a_whole_answer_is_one_frame_of_deepseeks_shape(kind: str, places: list[int]) -> None:
    """
    A whole answer has reasoning_content, the words, a finish reason and the cache counts.
    """
    frames = read_through(_reader(kind, stream=False), cut(WHOLES[kind], places))

    assert [FrameKind.WHOLE] == [frame.kind for frame in frames]
    answer = orjson.loads(frames[0].raw)
    message = answer["choices"][0]["message"]
    assert ("Hello", "Hm.", "stop") == (
        message["content"],
        message["reasoning_content"],
        answer["choices"][0]["finish_reason"],
    )
    assert "chat.completion" == answer["object"]
    assert (4, 8) == (
        answer["usage"]["prompt_cache_hit_tokens"],
        answer["usage"]["prompt_cache_miss_tokens"],
    )


@_EVERY_KIND
@given(places=_PLACES)
def test_a_whole_answer_in_the_place_of_a_stream_is_told_as_one(kind: str, places: list[int]) -> None:
    """
    Some servers stream only when they can: tools, guided answers, small models.
    """
    body = WHOLES[kind if kind != "transformers" else "sglang"]

    frames = read_through(_reader(kind), cut(body, places))

    chunks = chunks_in(frames)
    deltas = _deltas(chunks)
    assert "Hm." == "".join(part.get("reasoning_content") or "" for part in deltas)
    assert "Hello" == "".join(part.get("content") or "" for part in deltas)
    assert "stop" == chunks[-1]["choices"][0]["finish_reason"]
    assert read_usage(chunks[-1]["usage"]) == frames[-2].usage
    assert FrameKind.DONE is frames[-1].kind


@_EVERY_KIND
@given(places=_PLACES)
@pytest.mark.parametrize("stream", [True, False])
def test_a_byte_order_mark_before_an_answer_says_nothing(
    kind: str, places: list[int], *, stream: bool
) -> None:
    """
    Some servers begin their bodies with one, and what a client reads is the same without it.
    """
    body = (STREAMS if stream else WHOLES)[kind]
    expected = read_through(_reader(kind, stream=stream), [body])

    marked = read_through(_reader(kind, stream=stream), cut(b"\xef\xbb\xbf" + body, places))

    assert expected == marked


@_EVERY_KIND
@given(places=_PLACES)
def test_an_error_in_a_stream_is_an_openai_error_and_the_end(kind: str, places: list[int]) -> None:
    """
    An error after the first words becomes one ERROR frame, whatever follows it.
    """
    body = delta(role="assistant", content="Hel") + STREAM_ERRORS[kind]

    frames = read_through(_reader(kind), cut(body, places))

    assert [FrameKind.DELTA, FrameKind.ERROR] == [frame.kind for frame in frames]
    error = chunks_in(frames)[1]["error"]
    assert {"message", "type", "param", "code"} == set(error)
    expected = "upstream_error" if kind == "transformers" else "upstream_overloaded"
    assert expected == error["code"]


@_EVERY_KIND
@pytest.mark.parametrize("stream", [True, False])
def test_an_error_frame_means_the_same_when_it_is_diagnosed_again(kind: str, *, stream: bool) -> None:
    """
    What the reader wrote for the caller is what the dispatcher understands.
    """
    error = orjson.dumps({"error": {"message": "Too many " + "x" * 900, "type": "rate_limit_error"}})
    body = b"data: " + error + b"\n\n" if stream or kind == "transformers" else error
    target = a_target(kind)
    frame = read_through(_reader(kind, stream=stream), [body])[0]

    first = KINDS[kind].diagnose(200, {}, error, target)
    again = KINDS[kind].diagnose(200, {}, frame.raw, target)

    assert FrameKind.ERROR == frame.kind
    assert "upstream_rate_limited" == first.code
    assert first == again


@_EVERY_KIND
@pytest.mark.parametrize("ending", [b"", b"data: [DONE]\n\n", b'data: {"id":"c-1","choi', b"data: {}"])
def test_a_stream_without_a_finish_reason_is_cut(kind: str, ending: bytes) -> None:
    """
    Neither a clean end nor [DONE] makes a whole answer of half of one.
    """
    body = delta(role="assistant", content="Hel") + ending

    with pytest.raises(Truncated):
        read_through(_reader(kind), [body])


@_EVERY_KIND
def test_a_finished_stream_without_done_gets_one(kind: str) -> None:
    """
    A body that ends properly after the finish reason ends in [DONE] for the caller.
    """
    body = STREAMS[kind].removesuffix(b"data: [DONE]\n\n")

    frames = read_through(_reader(kind), [body])

    assert read_through(_reader(kind), [STREAMS[kind]]) == frames


@_EVERY_KIND
@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>Bad gateway</body></html>\n\n",
        b"data: not json\n\n",
        b'data: {"choices":[1],"usage":{"prompt_tokens":1}}\n\n',
        b"data: [1, 2]\n\n",
        b"\x00\xff\xfe garbage",
        b'{"object":"list","data":[]}',
        b"data: " + b"x" * (EVENT_BYTES + 1),
    ],
)
def test_a_body_that_is_no_stream_is_garbled(kind: str, body: bytes) -> None:
    """
    Something else than a stream of chunks is never passed on.
    """
    with pytest.raises(Garbled):
        read_through(_reader(kind), [body])


@_EVERY_KIND
@given(body=st.binary(max_size=300), places=_PLACES)
def test_no_bytes_at_all_break_a_reader(kind: str, body: bytes, places: list[int]) -> None:
    """
    Whatever comes, a reader gives frames or says Truncated or Garbled.
    """
    for stream in (True, False):
        try:
            frames = read_through(_reader(kind, stream=stream), cut(b"data: " + body, places))
        except (Truncated, Garbled):
            frames = []

        assert [] == [frame for frame in frames if frame.kind is FrameKind.WHOLE]


@_EVERY_KIND
@pytest.mark.parametrize("stream", [True, False])
def test_an_answer_nested_too_deeply_to_be_written_is_garbled(kind: str, *, stream: bool) -> None:
    """
    What has to be changed on its way has to be writable.
    """
    deep = b'"deep":' + b"[" * 300 + b"]" * 300
    answer = (
        b'{"choices":[{"delta":{},"message":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1},'
        + deep
        + b"}"
    )
    is_event = stream or kind == "transformers"

    with pytest.raises(Garbled):
        read_through(_reader(kind, stream=stream), [b"data: " + answer + b"\n\n" if is_event else answer])


@_EVERY_KIND
@pytest.mark.parametrize("body", [b"", b"\n\n\n"])
def test_an_empty_body_is_cut(kind: str, body: bytes) -> None:
    """
    A body of nothing, or of blank lines alone, is no answer.
    """
    for stream in (True, False):
        with pytest.raises(Truncated):
            read_through(_reader(kind, stream=stream), [body])


@_EVERY_KIND
def test_a_stream_asks_for_its_usage_where_that_can_be_asked(kind: str) -> None:
    """
    Usage is always known at the end; who never reports it in a stream does so unasked.
    """
    call = KINDS[kind].call(a_sealed_request(stream=True), a_target(kind))

    body = orjson.loads(call.body)
    expected = None if kind == "transformers" else {"include_usage": True}
    assert expected == body.get("stream_options")
    assert body["stream"] is True


@_EVERY_KIND
def test_a_server_that_refuses_stream_options_is_sent_none(kind: str) -> None:
    """
    Nor does the caller's own wish get there.
    """
    target = a_target(kind)
    silent = replace(target, upstream=replace(target.upstream, stream_usage=False))

    call = KINDS[kind].call(a_sealed_request(stream=True, stream_options={"include_usage": True}), silent)

    assert "stream_options" not in orjson.loads(call.body)


@_EVERY_KIND
def test_a_whole_call_carries_no_stream_options(kind: str) -> None:
    """
    Stream options beside a whole call are an error to some servers.
    """
    call = KINDS[kind].call(a_sealed_request(stream_options={"include_usage": True}), a_target(kind))

    assert "stream_options" not in orjson.loads(call.body)


@_EVERY_KIND
def test_the_model_is_named_as_the_upstream_knows_it(kind: str) -> None:
    """
    Policy's name for the model replaces the caller's, and the caller's request stays as it was.
    """
    sealed = a_sealed_request()

    call = KINDS[kind].call(sealed, a_target(kind))

    assert "their-model" == orjson.loads(call.body)["model"]
    assert "deepseek-flash" == sealed.request.body["model"]


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"openai"}))
def test_instructions_reach_every_model_by_the_name_that_its_server_knows(kind: str) -> None:
    """
    OpenAI's newer apps call the system `developer`, which only OpenAI's own protocol can be trusted to know.
    """
    told = [{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "x"}]

    call = KINDS[kind].call(a_sealed_request(messages=told), a_target(kind))

    assert [{"role": "system", "content": "Be brief."}, told[1]] == orjson.loads(call.body)["messages"]


@_EVERY_KIND
def test_the_credential_is_ours_and_nobody_elses(kind: str) -> None:
    """
    The upstream gets our credential where it has one, and never a header of the caller.
    """
    with_one = dict(KINDS[kind].call(a_sealed_request(), a_target(kind)).headers)
    without = dict(KINDS[kind].call(a_sealed_request(), a_target(kind, credential=None)).headers)

    assert f"Bearer {CREDENTIAL}".encode() == with_one.pop(b"authorization")
    assert {b"content-type", b"accept", b"user-agent"} == set(with_one)
    assert with_one == without


@_EVERY_KIND
def test_calls_of_the_plain_kind_follow_the_operators_base_path(kind: str) -> None:
    """
    The base URL is kept as it is; the kind adds its own path.
    """
    call = KINDS[kind].call(a_sealed_request(), a_target(kind, base_path="/team/v1"))

    assert ("/chat/completions", False) == (call.path, call.from_root)


_STATUSES = [
    (400, 400, "upstream_rejected", False, False),
    (401, 502, "upstream_credential_rejected", False, True),
    (402, 503, "upstream_balance_exhausted", False, True),
    (403, 502, "upstream_credential_rejected", False, True),
    (404, 502, "upstream_misconfigured", False, True),
    (407, 502, "upstream_misconfigured", False, True),
    (408, 504, "upstream_timeout", True, True),
    (413, 413, "upstream_rejected", False, False),
    (422, 422, "upstream_rejected", False, False),
    (429, 429, "upstream_rate_limited", True, True),
    (500, 502, "upstream_error", True, True),
    (502, 502, "upstream_error", True, True),
    (503, 503, "upstream_overloaded", True, True),
    (504, 504, "upstream_timeout", True, True),
    (302, 502, "upstream_misconfigured", False, True),
    (204, 502, "upstream_error", True, True),
]


@_EVERY_KIND
@pytest.mark.parametrize("case", _STATUSES, ids=lambda case: str(case[0]))
def test_every_status_has_its_meaning(kind: str, case: tuple[int, int, str, bool, bool]) -> None:
    """
    Status by status: what the caller sees, and whether and where another try makes sense.
    """
    status, *expected = case
    body = b'{"error":{"message":"No.","type":"x","param":null,"code":"y"}}'

    diagnosis = KINDS[kind].diagnose(status, {}, body, a_target(kind))

    assert expected == [diagnosis.status, diagnosis.code, diagnosis.retry_here, diagnosis.try_next]


@_EVERY_KIND
@pytest.mark.parametrize(
    "body",
    [
        b'{"error":{"message":"Too long.","type":"invalid_request_error"}}',
        b'{"error":"Too long."}',
        b'{"detail":"Too long."}',
        b'{"object":"error","message":"Too long.","type":"BadRequest","param":null,"code":400}',
        b"Too long.",
        b'"Too long."',
    ],
)
def test_every_shape_of_error_is_read(kind: str, body: bytes) -> None:
    """
    Wrapped, flat, text, detail or no JSON at all: the caller reads the reason.
    """
    diagnosis = KINDS[kind].diagnose(400, {}, body, a_target(kind))

    assert "The model server rejected the request: Too long." == diagnosis.message


@_EVERY_KIND
@given(body=st.binary(max_size=200), status=st.integers(200, 599))
def test_no_error_body_breaks_a_diagnosis(kind: str, body: bytes, status: int) -> None:
    """
    Whatever a failed upstream sends, there is a diagnosis with a status for the caller.
    """
    diagnosis = KINDS[kind].diagnose(status, {}, body, a_target(kind))

    assert 400 <= diagnosis.status < 600
    assert len(diagnosis.message) <= 500


@_EVERY_KIND
@pytest.mark.parametrize("echo", [CREDENTIAL, "****here", "sk-01...here", CREDENTIAL[:14], "here"])
@pytest.mark.parametrize("status", [200, 400, 401, 404, 429, 500])
def test_our_credential_never_reaches_a_caller(kind: str, echo: str, status: int) -> None:
    """
    Neither the whole of it nor what a server shows of it.
    """
    body = orjson.dumps(
        {"error": {"message": f"Your api key: {echo} is invalid", "type": "invalid_request_error"}}
    )

    diagnosis = KINDS[kind].diagnose(status, {}, body, a_target(kind))

    assert echo not in diagnosis.message


@_EVERY_KIND
@pytest.mark.parametrize("url", ["file:///etc/passwd", "FILE:///etc/passwd", "/etc/passwd", "gopher://x"])
def test_no_server_is_sent_to_its_own_disk(kind: str, url: str) -> None:
    """
    An address that is neither public nor inline is refused, with the field named.
    """
    message = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}

    with pytest.raises(Exception, match="takes media only as") as caught:
        KINDS[kind].call(a_sealed_request(messages=[message]), a_target(kind))

    assert ("unsupported_image_url", "messages[0].content[0].image_url") == (
        getattr(caught.value, "code", None),
        getattr(caught.value, "param", None),
    )
