"""What the gateway says as responses, held against the models that OpenAI's own SDK has of them."""

from collections.abc import Iterator
from typing import Any

import httpx2
import openai
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai import omit
from openai.lib.streaming.responses._responses import ResponseStreamState
from openai.types.responses import Response, ResponseStreamEvent
from openai.types.responses.response_error_event import ResponseErrorEvent
from pydantic import BaseModel, TypeAdapter

from gateway.vocabulary.refusal import Refusal
from gateway.wire.frames import Frame, FrameKind
from gateway.wire.responses.answer import response_of
from gateway.wire.responses.dialect import RESPONSES
from gateway.wire.responses.events import ResponseStream
from gateway.wire.responses.manner import Manner, manner_of
from gateway.wire.taking_apart import take_apart

pytestmark = pytest.mark.slow

_EVENT: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
_WORDS = st.text(max_size=12)
_TOOL = {
    "type": "function",
    "name": "f",
    "parameters": {"type": "object"},
    "strict": True,
    "description": "D",
}
_SCHEMA = {"type": "json_schema", "name": "s", "schema": {"type": "object"}, "strict": True}
_SETTINGS = st.sampled_from(
    [
        {},
        {
            "include": ["reasoning.encrypted_content"],
            "instructions": "I",
            "max_output_tokens": 100,
            "metadata": {"a": "b"},
            "parallel_tool_calls": False,
            "reasoning": {"effort": "high", "summary": "auto"},
            "store": True,
            "temperature": 0.5,
            "text": {"format": _SCHEMA, "verbosity": "low"},
            "tool_choice": {"type": "function", "name": "f"},
            "tools": [_TOOL, {"type": "namespace", "name": "n", "description": "N", "tools": [_TOOL]}],
            "top_logprobs": 3,
            "top_p": 1,
            "truncation": "auto",
            "user": "u",
        },
        {
            "text": {"format": {"type": "json_object"}},
            "tool_choice": {
                "type": "allowed_tools",
                "mode": "auto",
                "tools": [{"type": "function", "name": "f"}],
            },
            "tools": [_TOOL],
        },
    ]
)


@st.composite
def answers(draw: st.DrawFn) -> dict[str, Any]:
    """Whole answers of chat."""
    calls = [
        {
            "id": f"call_{n}",
            "type": "function",
            "function": {
                "name": draw(st.sampled_from(["f", "n__f"])),
                "arguments": orjson.dumps(given).decode(),
            },
        }
        for n, given in enumerate(draw(st.lists(st.dictionaries(_WORDS, _WORDS, max_size=2), max_size=3)))
    ]
    told = {name: draw(_WORDS) for name in ("content", "reasoning_content")}
    token = {"token": "a", "logprob": -1.0, "bytes": [97]}
    choice = {
        "index": 0,
        "message": {"role": "assistant", **told, "tool_calls": calls},
        "logprobs": draw(st.sampled_from([None, {"content": [{**token, "top_logprobs": [token]}]}])),
        "finish_reason": draw(st.sampled_from(["stop", "length", "tool_calls", "content_filter"])),
    }
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "prompt_cache_hit_tokens": 1}
    return {"id": "chatcmpl-7", "created": 5, "model": "deepseek-flash", "choices": [choice], "usage": usage}


class Weather(BaseModel):
    """What a model is to fill in."""

    city: str
    degrees: int


class Dialect(httpx2.BaseTransport):
    """The dialect alone, before a model that always says this."""

    def __init__(self, text: str) -> None:
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        self._answer = {"id": "7", "created": 5, "model": "m", "choices": [choice], "usage": {}}
        self.asked: list[dict[str, Any]] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one request."""
        asked = RESPONSES.read(request.read())
        self.asked.append(asked.request.body)
        whole = [Frame(FrameKind.WHOLE, orjson.dumps(self._answer))]
        frames = take_apart(self._answer, 3) if asked.request.stream else whole
        said = [passed.raw for frame in frames for passed in asked.stages[0].feed(frame)]
        medium = "text/event-stream" if asked.request.stream else "application/json"
        return httpx2.Response(200, headers={"content-type": medium}, content=b"".join(said))


def events_of(answer: dict[str, Any], manner: Manner, characters: int) -> Iterator[bytes]:
    """The data of the events of a stream that says this."""
    stage = ResponseStream(manner)
    for frame in take_apart(answer, characters):
        for passed in stage.feed(frame):
            for event in passed.raw.split(b"\n\n")[:-1]:
                yield event.split(b"\ndata: ")[1]


@settings(max_examples=25)
@given(answer=answers(), fields=_SETTINGS)
def test_a_response_is_what_the_sdk_expects(answer: dict[str, Any], fields: dict[str, Any]) -> None:
    """
    By its own models, strictly.
    """
    raw = orjson.dumps(response_of(answer, manner_of(fields)))

    response = Response.model_validate_json(raw, strict=True)

    assert "resp_7" == response.id
    assert (answer["choices"][0]["message"]["content"] or "") == response.output_text


@settings(max_examples=25)
@given(answer=answers(), fields=_SETTINGS, characters=st.integers(1, 5))
def test_every_event_is_what_the_sdk_expects_and_gathers(
    answer: dict[str, Any], fields: dict[str, Any], characters: int
) -> None:
    """
    Numbered without a gap; what the SDK makes of the events is the response of a whole answer.
    """
    said = manner_of(fields)
    state: ResponseStreamState[None] = ResponseStreamState(input_tools=omit, text_format=omit)

    events = [_EVENT.validate_json(raw, strict=True) for raw in events_of(answer, said, characters)]
    for event in events:
        state.handle_event(event)

    assert list(range(len(events))) == [event.sequence_number for event in events]
    whole = Response.model_validate_json(orjson.dumps(response_of(answer, said)))
    assert whole == Response.model_validate(events[-1].response.model_dump(by_alias=True))


def test_a_break_is_an_event_of_the_sdk() -> None:
    """
    With the error once more where its streams look for it.
    """

    class Broke(Refusal):
        status, code, kind = 502, "upstream_broke", "api_error"

    raw = RESPONSES.refusal_event(Broke("It broke."), "req_1").split(b"\ndata: ")[1]

    event = ResponseErrorEvent.model_validate_json(raw, strict=True)
    assert ("upstream_broke", "It broke.") == (event.code, event.message)
    assert "upstream_broke" == orjson.loads(raw)["error"]["code"]


def test_a_shape_is_parsed_into_the_apps_own_class() -> None:
    """
    Whole and streamed; servers that know schemas are sent the one of the class.
    """
    dialect = Dialect('{"city": "Bern", "degrees": 7}')
    client = openai.OpenAI(
        base_url="http://gateway/v1", api_key="k", http_client=httpx2.Client(transport=dialect)
    )
    asked: Any = {"model": "m", "input": "Hi", "text_format": Weather}

    parsed = client.responses.parse(**asked)
    with client.responses.stream(**asked) as stream:
        streamed = stream.get_final_response()

    assert Weather(city="Bern", degrees=7) == parsed.output_parsed == streamed.output_parsed
    sent = dialect.asked[0]["response_format"]
    assert ("json_schema", "Weather") == (sent["type"], sent["json_schema"]["name"])
