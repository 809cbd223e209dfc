"""How much a request is, asked as clients ask."""

from collections.abc import Mapping
from typing import Any

import httpx2
import orjson
import pytest

from gateway.edge.accounts import caller_routes
from gateway.edge.operations import operations_app
from tests.fakes.small_house import BODY_LIMIT_BYTES, KEY, SmallHouse
from tests.fakes.virtual_time import LoopClock

_KEY = {"x-api-key": KEY}


async def _count(
    body: bytes, headers: Mapping[str, str] = _KEY, path: str = "/v1/messages/count_tokens"
) -> httpx2.Response:
    app = operations_app(caller_routes(SmallHouse().pipeline, LoopClock()))
    transport = httpx2.ASGITransport(app, client=("127.0.0.1", 1234))
    async with httpx2.AsyncClient(transport=transport, base_url="http://gateway") as client:
        return await client.post(path, content=body, headers=headers)


def a_body(text: str = "Hello", **fields: Any) -> bytes:
    """A request for a message, without a bound, which counting needs none of."""
    return orjson.dumps({"model": "deepseek-chat", "messages": [{"role": "user", "content": text}], **fields})


@pytest.mark.parametrize("path", ["/v1/messages/count_tokens", "/anthropic/v1/messages/count_tokens"])
async def test_a_prompt_is_estimated(path: str) -> None:
    """
    By DeepSeek's rule of thumb, at both base URLs.
    """
    response = await _count(a_body("x" * 1000), path=path)

    assert (200, {"input_tokens": 300}) == (response.status_code, response.json())
    assert response.headers["request-id"].startswith("req_")


async def test_what_the_system_says_and_tools_count_too() -> None:
    """
    The model reads them.
    """
    tools = [{"name": "find", "input_schema": {"type": "object", "properties": {}}}]

    counts = [
        (await _count(body)).json()["input_tokens"]
        for body in (a_body(), a_body(system="Be kind."), a_body(system="Be kind.", tools=tools))
    ]

    assert sorted(set(counts)) == counts


@pytest.mark.parametrize("base", ["/v1", "", "/beta"])
async def test_the_input_of_a_response_is_estimated(base: str) -> None:
    """
    In OpenAI's shape.
    """
    body = orjson.dumps({"model": "deepseek-chat", "input": "x" * 1000})

    response = await _count(body, path=f"{base}/responses/input_tokens")

    assert (200, {"object": "response.input_tokens", "input_tokens": 300}) == (
        response.status_code,
        response.json(),
    )


async def test_a_response_that_could_not_be_asked_for_is_not_counted() -> None:
    """
    The refusal has OpenAI's shape.
    """
    body = orjson.dumps({"model": "deepseek-chat", "previous_response_id": "resp_1"})

    response = await _count(body, path="/v1/responses/input_tokens")

    assert (400, "previous_response_id") == (response.status_code, response.json()["error"]["param"])


@pytest.mark.parametrize(
    ("body", "headers", "status", "kind"),
    [
        (a_body(), {}, 401, "authentication_error"),
        (b"{", _KEY, 400, "invalid_request_error"),
        (a_body(model="nobody"), _KEY, 404, "not_found_error"),
        (a_body("x" * BODY_LIMIT_BYTES), _KEY, 413, "request_too_large"),
    ],
)
async def test_a_refusal_is_in_the_dialect_of_its_caller(
    body: bytes, headers: Mapping[str, str], status: int, kind: str
) -> None:
    """
    Whoever may not ask for a message may not count one.
    """
    response = await _count(body, headers)

    assert (status, "error", kind) == (
        response.status_code,
        response.json()["type"],
        response.json()["error"]["type"],
    )
