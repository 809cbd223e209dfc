"""Facts about chat requests, over real HTTP."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.server import Simulator
from gateway.simulator.settings import SimulatorSettings
from tests.simulator.raw_caller import a_body, a_tool, events, spoken

_CHAT = "/chat/completions"


async def test_a_conversation_goes_on_in_the_cache(client: httpx2.AsyncClient) -> None:
    """
    The second turn's prompt is a cache hit as far as the first one went.
    """
    first = (await client.post(_CHAT, json=a_body())).json()["usage"]
    longer = [
        *a_body()["messages"],
        {"role": "assistant", "content": "Hi"},
        {"role": "user", "content": "More"},
    ]

    second = (await client.post(_CHAT, json=a_body(messages=longer))).json()["usage"]

    assert (0, first["prompt_tokens"]) == (
        first["prompt_cache_hit_tokens"],
        second["prompt_cache_hit_tokens"],
    )
    assert second["prompt_tokens"] == second["prompt_cache_hit_tokens"] + second["prompt_cache_miss_tokens"]


async def test_whole_and_streamed_say_the_same(client: httpx2.AsyncClient) -> None:
    """
    The stream's deltas together are the whole answer, with the same usage.
    """
    body = a_body("Why?", thinking={"type": "enabled"}, user_id="u")

    whole = (await client.post(_CHAT, json=body)).json()
    stream = (await client.post(_CHAT, json=body | {"stream": True, "user_id": "v"})).text

    message = whole["choices"][0]["message"]
    assert message["content"] == spoken(stream)
    assert message["reasoning_content"] == spoken(stream, "reasoning_content") != ""
    assert whole["usage"] == events(stream)[-1]["usage"]
    assert stream.endswith("data: [DONE]\n\n")


async def test_a_queued_answer_begins_with_blank_lines(client: httpx2.AsyncClient) -> None:
    """
    Blank lines before a document, comments before a stream, and both are read as if there were none.
    """
    whole = await client.post(_CHAT, json=a_body("[[sim:queued=0.01]]Hi"))
    stream = await client.post(_CHAT, json=a_body("[[sim:queued=0.01]]Hi", stream=True))

    assert whole.text.startswith("\n")
    assert "stop" == whole.json()["choices"][0]["finish_reason"]
    assert stream.text.startswith(": keep-alive\n\ndata: ")


async def test_a_directive_in_the_name_of_the_model_leaves_the_text_alone(client: httpx2.AsyncClient) -> None:
    """
    The name is what stands before the directive, and the answer is under that name.
    """
    answer = (await client.post(_CHAT, json=a_body("Hi", model="deepseek-v4-pro[[sim:echo]]"))).json()

    assert ("deepseek-v4-pro", "Hi") == (answer["model"], answer["choices"][0]["message"]["content"])


@pytest.mark.parametrize(
    ("directive", "status", "words"),
    [
        ("status=503", 503, "Service is too busy"),
        ("status=429,error=balance,retry_after=3", 429, "top up your balance"),
        ("status=402", 402, "Insufficient Balance"),
        ('{"status": 500, "body": "<html>oops", "content_type": "text/html"}', 500, "<html>oops"),
        ("unheard=1", 400, "Unknown misbehaviour"),
    ],
)
async def test_a_status_can_be_ordered(
    client: httpx2.AsyncClient, directive: str, status: int, words: str
) -> None:
    """
    Through the text of a message any refusal can be had, with its header fields.
    """
    answer = await client.post(_CHAT, json=a_body(f"[[sim:{directive}]]"))

    assert status == answer.status_code
    assert words in answer.text
    assert ("3" if "retry_after" in directive else None) == answer.headers.get("retry-after")


async def test_a_scripted_status_comes_whatever_was_asked(
    simulator: Simulator, client: httpx2.AsyncClient
) -> None:
    """
    The script is followed even where the request itself would be refused, and once.
    """
    simulator.next(Misbehaviour(status=503))

    statuses = [(await client.post(_CHAT, content=content)).status_code for content in (b"{", b"{")]

    assert [503, 400] == statuses
    assert [503, 400] == [exchange.status for exchange in simulator.records]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/beta/chat/completions", 200), ("/chat/completions", 400), ("/v1/chat/completions", 400)],
)
async def test_beta_features_need_the_beta_path(client: httpx2.AsyncClient, path: str, status: int) -> None:
    """
    A prefix is taken on /beta and nowhere else.
    """
    messages = [{"role": "user", "content": "x"}, {"role": "assistant", "content": "Once", "prefix": True}]

    answer = await client.post(path, json=a_body(messages=messages))

    assert status == answer.status_code


async def test_a_tool_is_called_and_its_result_is_quoted(client: httpx2.AsyncClient) -> None:
    """
    The call's arguments carry the user's text, and the next answer the tool's result.
    """
    body = a_body("use get_weather", tools=[a_tool()])
    message = (await client.post(_CHAT, json=body)).json()["choices"][0]["message"]
    call = message["tool_calls"][0]
    result = {"role": "tool", "tool_call_id": call["id"], "content": "18 degrees"}

    answer = await client.post(_CHAT, json=body | {"messages": [*body["messages"], message, result]})

    assert '{"city":"use get_weather"}' == call["function"]["arguments"]
    assert "18 degrees" in answer.json()["choices"][0]["message"]["content"]


@pytest.fixture
async def echo() -> AsyncIterator[httpx2.AsyncClient]:
    settings = SimulatorSettings(echo=True, delay_ms=0.1)
    async with (
        Simulator(settings) as simulator,
        httpx2.AsyncClient(base_url=simulator.base_url, trust_env=False) as client,
    ):
        yield client


async def test_a_simulator_may_echo_everybody(echo: httpx2.AsyncClient) -> None:
    """
    In echo mode a directive still has the last word.
    """
    texts = ["card 4111 1111 1111 1111, 你好", "[[sim:text=no]]yes"]

    streams = [(await echo.post(_CHAT, json=a_body(text, stream=True))).text for text in texts]

    assert ["card 4111 1111 1111 1111, 你好", "no"] == [spoken(stream) for stream in streams]


_COMPLETION = {"model": "deepseek-flash", "prompt": "def f(", "suffix": "return a"}


@pytest.mark.parametrize("path", ["/beta/completions", "/v1/completions"])
async def test_a_gap_is_filled(client: httpx2.AsyncClient, path: str) -> None:
    """
    Whole and streamed the same; an echo says what stands around it.
    """
    body = _COMPLETION | {"prompt": "[[sim:echo]]def f("}

    whole = (await client.post(path, json=body)).json()
    stream = (await client.post(path, json=body | {"stream": True})).text

    assert "def f(return a" == whole["choices"][0]["text"]
    assert "def f(return a" == "".join(chunk["choices"][0]["text"] for chunk in events(stream))
    assert stream.endswith("data: [DONE]\n\n")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"prompt": 5}, 400),
        ({"prompt": "[[sim:unheard=1]]"}, 400),
        ({"prompt": "[[sim:status=503]]"}, 503),
        ({"max_tokens": 5_000}, 422),
    ],
)
async def test_a_completion_can_be_refused(
    client: httpx2.AsyncClient, fields: dict[str, object], status: int
) -> None:
    """
    As DeepSeek would, or as it is told.
    """
    assert status == (await client.post("/beta/completions", json=_COMPLETION | fields)).status_code
