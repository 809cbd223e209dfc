"""Originals come back while an answer comes, in every lane, wherever it was cut."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.redaction.restorer import Restorer
from gateway.redaction.token_shapes import TokenShape, TokenShapes
from gateway.redaction.unsealer import Unsealer
from gateway.redaction.vault import Vault
from gateway.vocabulary.usage import Usage
from gateway.wire.assembly import Assembler
from gateway.wire.frames import DONE, Frame, FrameKind
from gateway.wire.lanes import said_in
from gateway.wire.sse import SseSplitter, data_of
from gateway.wire.taking_apart import take_apart
from tests.fakes.turns import Others

SHAPES = TokenShapes([TokenShape("PERSON_", "2-9A-HJ-NP-Z", 8), TokenShape("CN_ID_", "2-9A-HJ-NP-Z", 8)])
KNOWN = {"PERSON_7K3QX2M9": '张"伟"', "CN_ID_22223333": "11010519491231002X"}
HEAD = {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}


def an_unsealer(per_turn: int = 4_096) -> Unsealer:
    vault = Vault()
    for token, original in KNOWN.items():
        vault.keep(token, original)
    return Unsealer(lambda _: Restorer(vault, SHAPES), per_turn)


def a_chunk(delta: dict[str, Any] | None = None, index: int = 0, **fields: Any) -> Frame:
    choice = {"index": index, "delta": delta or {}, "finish_reason": None, **fields}
    return Frame(FrameKind.DELTA, b"data: " + orjson.dumps({**HEAD, "choices": [choice]}) + b"\n\n")


def words(*texts: str, field: str = "content") -> list[Frame]:
    return [a_chunk({field: text}) for text in texts]


THE_END = a_chunk(finish_reason="stop")


def through(frames: Sequence[Frame], unsealer: Unsealer | None = None) -> list[Frame]:
    """Let frames pass as the way back does: what is held back comes before the end."""
    stage = unsealer or an_unsealer()
    passed: list[Frame] = []
    for frame in frames:
        if frame.kind is not FrameKind.DELTA:
            passed.extend(stage.finish())
        passed.extend(stage.feed(frame))
    return passed


def spoken(frames: Sequence[Frame]) -> dict[tuple[int, str, int], str]:
    """What the deltas say together, lane by lane."""
    heard: dict[tuple[int, str, int], str] = {}
    for frame in frames:
        for choice in orjson.loads(data_of(frame.raw))["choices"] if frame.kind is FrameKind.DELTA else ():
            for lane, holder in said_in(choice):
                heard[lane] = heard.get(lane, "") + holder[lane.field]
    return heard


def restored(text: str, escapes: int = 0) -> str:
    for token, original in KNOWN.items():
        text = text.replace(token, orjson.dumps(original).decode()[1:-1] if escapes else original)
    return text


_TEXT = st.lists(
    st.sampled_from(
        [*KNOWN, "你好", "P", "PERSON_", "CN_", " ", "\n", '"', "\\", "Dear ", "PERSON_22222222"]
    ),
    max_size=6,
).map("".join)
_ARGUMENTS = st.dictionaries(st.sampled_from(["a", "CN_ID_22223333"]), _TEXT, max_size=2).map(
    lambda value: orjson.dumps(value).decode()
)
_CALL = st.fixed_dictionaries(
    {"id": st.just("call_1"), "type": st.just("function"),
     "function": st.fixed_dictionaries({"name": st.just("f"), "arguments": _ARGUMENTS})}
)  # fmt: skip
_MESSAGE = st.fixed_dictionaries(
    {"role": st.just("assistant"), "content": _TEXT},
    optional={"reasoning_content": _TEXT, "tool_calls": st.lists(_CALL, min_size=1, max_size=2)},
)
_CHOICE = st.fixed_dictionaries({"message": _MESSAGE, "finish_reason": st.just("stop")})
_ANSWER = st.lists(_CHOICE, min_size=1, max_size=2).map(
    lambda choices: {
        "id": "c-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": index, **choice} for index, choice in enumerate(choices)],
        "usage": {"prompt_tokens": 1},
    }
)


def _expected(answer: dict[str, Any]) -> dict[str, Any]:
    expected: dict[str, Any] = orjson.loads(orjson.dumps(answer))
    for choice in expected["choices"]:
        for lane, holder in said_in(choice):
            holder[lane.field] = restored(holder[lane.field], int(lane.is_json))
    return expected


@given(_ANSWER, st.integers(1, 20), st.lists(st.integers(0, 10_000), max_size=12))
@settings(max_examples=150)
def test_a_stream_says_the_same_however_it_was_cut(
    answer: dict[str, Any], characters: int, places: list[int]
) -> None:
    """
    By bytes, by deltas of any size, over several choices and lanes: put together again, all is restored.
    """
    body = b"".join(frame.raw for frame in take_apart(answer, characters))
    edges = [0, *sorted(place % (len(body) + 1) for place in places), len(body)]
    splitter = SseSplitter()
    events = [event for start, end in pairwise(edges) for event in splitter.feed(body[start:end])]
    frames = [
        DONE if event == DONE.raw else Frame(FrameKind.DELTA, event) for event in events
    ]  # fmt: skip

    assembler = Assembler()
    wholes = [whole for frame in through(frames) for whole in assembler.feed(frame)]

    (whole,) = through([Frame(FrameKind.WHOLE, orjson.dumps(answer))])
    assert _expected(answer) == orjson.loads(whole.raw) == orjson.loads(wholes[0].raw)


@given(_TEXT, st.integers(1, 20), st.booleans())
def test_a_completion_is_restored_as_a_message_is(text: str, characters: int, says_last: bool) -> None:  # noqa: FBT001
    """
    Whole, and in pieces of any size, the last of which may come with the end.
    """
    head = HEAD | {"object": "text_completion"}
    pieces = [text[start : start + characters] for start in range(0, len(text), characters)]
    last = pieces.pop() if says_last and pieces else ""
    choices = [{"index": 0, "text": piece, "logprobs": None, "finish_reason": None} for piece in pieces]
    choices.append({"index": 0, "text": last, "logprobs": None, "finish_reason": "stop"})
    frames = [
        Frame(FrameKind.DELTA, b"data: " + orjson.dumps(head | {"choices": [choice]}) + b"\n\n")
        for choice in choices
    ]
    whole = Frame(FrameKind.WHOLE, orjson.dumps(head | {"choices": [choices[-1] | {"text": text}]}))

    assembler = Assembler()
    (streamed,) = [found for frame in through([*frames, DONE]) for found in assembler.feed(frame)]

    (said,) = through([whole])
    assert restored(text) == orjson.loads(said.raw)["choices"][0]["text"]
    assert orjson.loads(said.raw) == orjson.loads(streamed.raw)


@given(st.lists(st.tuples(st.sampled_from(["content", "reasoning_content"]), _TEXT), max_size=10))
def test_lanes_that_take_turns_do_not_disturb_each_other(turns: list[tuple[str, str]]) -> None:
    """
    A token may be begun in one lane, and finished after another lane has spoken.
    """
    frames = [a_chunk({field: text}) for field, text in turns]

    heard = spoken(through([*frames, THE_END]))

    for field in ("content", "reasoning_content"):
        said = "".join(text for lane, text in turns if lane == field)
        assert restored(said) == heard.get((0, field, -1), "")


def test_every_split_of_a_token_is_put_together_again() -> None:
    """
    Two deltas, cut anywhere; one delta for each character.
    """
    text = "Dear PERSON_7K3QX2M9, CN_ID_22223333."
    splits = [[text[:place], text[place:]] for place in range(len(text))]

    for split in [*splits, list(text)]:
        assert restored(text) == spoken(through([*words(*split), THE_END]))[0, "content", -1]


def test_what_needs_no_change_is_passed_as_the_bytes_it_came_in() -> None:
    """
    The very same frames, spaces and order of their JSON included.
    """
    odd = Frame(FrameKind.DELTA, b'data:{ "choices":[ {"delta":{"content":"hi \\u00e9"}, "index":0} ]}\n\n')
    frames = [
        a_chunk({"role": "assistant", "content": ""}),
        *words("hi", "你好", "\n", "a \\ b"),
        odd,
        THE_END,
        DONE,
    ]

    passed = through(frames)

    assert frames == passed
    assert all(came is went for came, went in zip(frames, passed, strict=True))


def test_nothing_is_late_by_more_than_a_token() -> None:
    """
    A delta that ends like a token is shortened, the next one says the rest.
    """
    unsealer = an_unsealer()

    heard = [
        spoken(unsealer.feed(frame)) for frame in words("Dear", " PER", "haps", " P", "ERSON_7K3", "QX2M9!")
    ]

    lane = (0, "content", -1)
    assert [{lane: "Dear"}, {lane: " "}, {lane: "PERhaps"}, {lane: " "}, {}, {lane: '张"伟"!'}] == heard


def test_what_was_held_back_is_said_before_the_end() -> None:
    """
    Before the chunk with the finish reason, and before [DONE] where there was none.
    """
    for end in (THE_END, DONE):
        passed = through([*words("so PERSON_7K"), end])

        assert {(0, "content", -1): "so PERSON_7K"} == spoken(passed[:-1])
        assert end is passed[-1]


def test_what_was_held_back_is_said_before_the_usage() -> None:
    """
    Also where a server reports it in a chunk of its own.
    """
    usage = Frame(FrameKind.DELTA, b'data: {"choices":[],"usage":{"prompt_tokens":1}}\n\n')

    passed = through([*words("PERSON_7K"), usage])

    assert {(0, "content", -1): "PERSON_7K"} == spoken(passed[:1])
    assert usage is passed[1]


def test_the_last_words_of_a_choice_are_said_with_its_end() -> None:
    """
    A chunk may bring text and finish reason together.
    """
    passed = through([*words("PERSON_"), a_chunk({"content": "7K3"}, finish_reason="length")])

    assert 1 == len(passed)
    assert {(0, "content", -1): "PERSON_7K3"} == spoken(passed)


def test_arguments_stay_json_that_can_be_read() -> None:
    """
    A name with quotes in it is escaped once more.
    """
    pieces = ['{"name": "PER', "SON_7K3QX2M9", '", "id": "CN_ID_22223333"}']
    frames = [a_chunk({"tool_calls": [{"index": 1, "function": {"arguments": piece}}]}) for piece in pieces]

    arguments = spoken(through([*frames, THE_END]))[0, "arguments", 1]

    assert {"name": '张"伟"', "id": "11010519491231002X"} == orjson.loads(arguments)


def test_a_token_that_a_server_wrote_in_escapes_is_found() -> None:
    """
    JSON may write any character as its number.
    """
    raw = a_chunk({"content": "?"}).raw.replace(b"?", b"\\u0050ERSON_7K3QX2M9")

    heard = spoken(through([*words("a", "b"), Frame(FrameKind.DELTA, raw)]))
    assert {(0, "content", -1): 'ab张"伟"'} == heard


def test_the_logprobs_of_a_restored_choice_are_dropped() -> None:
    """
    They spell the token; those of a choice that was not restored stay.
    """
    logprobs = {"content": [{"token": "PERSON", "logprob": -0.1}]}
    frames = [
        a_chunk({"content": "hello"}, logprobs=logprobs),
        a_chunk({"content": "PERSON_7K3QX2M9"}, logprobs=logprobs),
        a_chunk({"content": "bye"}, logprobs=logprobs),
        a_chunk({"content": "bye"}, index=1, logprobs=logprobs),
    ]

    choices = [orjson.loads(data_of(frame.raw))["choices"][0] for frame in through(frames)]

    assert [logprobs, None, None, logprobs] == [choice["logprobs"] for choice in choices]


def test_the_logprobs_of_a_whole_restored_choice_are_dropped() -> None:
    """
    The same for an answer that comes all at once.
    """
    said = [
        {"message": {"content": text}, "logprobs": {"content": [1]}} for text in ("PERSON_7K3QX2M9", "hi")
    ]

    (whole,) = through([Frame(FrameKind.WHOLE, orjson.dumps({"choices": said}))])

    assert [None, {"content": [1]}] == [choice["logprobs"] for choice in orjson.loads(whole.raw)["choices"]]


@pytest.mark.parametrize(
    "raw",
    [
        b"data: no json\n\n",
        b"data: [1]\n\n",
        b'data: {"choices":7}\n\n',
        b'data: {"choices":[7]}\n\n',
        b"event: x\n\n",
    ],
)
def test_what_is_no_answer_passes(raw: bytes) -> None:
    """
    Whatever a server says there, it is the reader's to judge.
    """
    frame = Frame(FrameKind.DELTA, raw)

    assert [frame] == through([frame])


def test_a_whole_answer_that_cannot_be_read_or_written_passes() -> None:
    """
    Tokens in it stay tokens.
    """
    deep = b'{"choices":[{"message":{"content":"PERSON_7K3QX2M9"}}],"x":' + b"[" * 300 + b"]" * 300 + b"}"

    for raw in (b"no json", deep):
        assert raw == through([Frame(FrameKind.WHOLE, raw)])[0].raw


def test_usage_stays_noted_on_a_frame_that_was_rewritten() -> None:
    """
    The meter reads it there, wherever it stands in the order of stages.
    """
    usage = Usage(prompt_tokens=1)
    raw = b'{"choices":[{"message":{"content":"PERSON_7K3QX2M9"}}]}'

    (whole,) = through([Frame(FrameKind.WHOLE, raw, usage)])

    assert raw != whole.raw
    assert usage is whole.usage


def test_an_error_passes_after_what_was_held_back() -> None:
    """
    A stream that breaks off says first what it had said.
    """
    error = Frame(FrameKind.ERROR, b'data: {"error":{"message":"x"}}\n\n')

    passed = through([*words("hi CN_"), error])

    assert {(0, "content", -1): "hi CN_"} == spoken(passed)
    assert error is passed[-1]


async def slowly(frames: Sequence[Frame], unsealer: Unsealer) -> list[Frame]:
    passed: list[Frame] = []
    for frame in frames:
        if frame.kind is not FrameKind.DELTA:
            passed.extend(unsealer.finish())
        passed.extend(await unsealer.feed_slowly(frame))
    return passed


@given(_ANSWER, st.integers(1, 40), st.integers(1, 50))
@settings(max_examples=100)
def test_what_is_said_slowly_is_the_same(answer: dict[str, Any], characters: int, per_turn: int) -> None:
    """
    Whole or streamed, however much is done in a turn.
    """
    whole = [Frame(FrameKind.WHOLE, orjson.dumps(answer))]
    for frames in (whole, list(take_apart(answer, characters))):
        heard = asyncio.run(slowly(frames, an_unsealer(per_turn)))

        assert through(frames) == heard


async def test_a_long_answer_lets_others_have_their_turns() -> None:
    """
    Whole, in one delta, and in many short ones that came together.
    """
    text = "Dear PERSON_7K3QX2M9, " * 1_000
    whole = {"choices": [{"message": {"content": text}}]}
    together = [Frame(FrameKind.WHOLE, orjson.dumps(whole))], words(text), words(*text.split(" "))

    for frames in together:
        async with Others() as others:
            await slowly(frames, an_unsealer(256))
        assert others.turns >= len(text) // 256


async def test_a_caller_who_leaves_ends_the_look_at_a_long_answer() -> None:
    """
    What is left of it is looked at for nobody.
    """
    work = CountingWork()
    unsealer = Unsealer(lambda _: work, 256)
    looking = asyncio.ensure_future(slowly(words("word " * 10_000), unsealer))
    await work.is_looking.wait()

    looking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await looking
    assert 1 <= work.fed < 5


class CountingWork:
    """Work that only counts what it is fed."""

    takes_raw = False

    def __init__(self) -> None:
        self.fed = 0
        self.is_looking = asyncio.Event()

    def feed(self, text: str, escapes: int) -> str:  # noqa: ARG002 - the protocol's signature
        self.fed += 1
        self.is_looking.set()
        return text

    def finish(self) -> str:
        return ""
