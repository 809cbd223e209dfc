"""Facts about the mock of load tests."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from gateway.simulator.server import Simulator
from gateway.simulator.settings import Canned, SimulatorSettings
from tests.simulator.raw_caller import a_body, events, spoken

_CHAT = "/v1/chat/completions"


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    settings = SimulatorSettings(canned=Canned(deltas=20, delta_size=5, delay_ms=0), records_kept=0)
    async with Simulator(settings) as running:
        yield running


async def test_everybody_gets_the_same_stream(client: httpx2.AsyncClient) -> None:
    """
    So many deltas of one size, with a proper end and usage, whatever was asked.
    """
    stream = (await client.post(_CHAT, json=a_body("[[sim:status=503]]", stream=True))).text

    assert [5] * 20 == [len(chunk["choices"][0]["delta"]["content"]) for chunk in events(stream)[1:-1]]
    assert events(stream)[-1]["usage"]["completion_tokens"] == 30
    assert stream.endswith("data: [DONE]\n\n")


async def test_the_document_says_what_the_stream_says(client: httpx2.AsyncClient) -> None:
    """
    Streamed or not is read from the request.
    """
    whole = await client.post(_CHAT, json=a_body())
    stream = await client.post(_CHAT, json=a_body(stream=True))

    assert whole.json()["choices"][0]["message"]["content"] == spoken(stream.text)


async def test_exchanges_are_counted_and_not_kept(simulator: Simulator, client: httpx2.AsyncClient) -> None:
    """
    A load test does not fill the memory.
    """
    for _ in range(3):
        await client.post(_CHAT, json=a_body())

    assert ([], 3, 0) == (simulator.records, simulator.totals.started, simulator.totals.running)
