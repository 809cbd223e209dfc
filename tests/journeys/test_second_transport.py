"""With `transport: httpx2` an upstream is reached another way, and callers see no difference."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.house import CANARY, KEY, House, PolicyFolder, a_chat, a_house

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def open_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A gateway whose first upstream is reached over httpx2 and whose second one over http1."""

    def change(policies: PolicyFolder) -> None:
        policies.upstreams["first"]["transport"] = "httpx2"
        policies.upstreams["first"]["timeouts"] = {
            "connect_seconds": 0.5,
            "first_token_seconds": 0.3,
            "total_seconds": 2.0,
        }

    async with a_house(tmp_path_factory.mktemp("httpx2"), change, upstreams=2) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def house(open_house: House) -> House:
    """The house of this file, with nothing behind it."""
    open_house.begin_anew()
    return open_house


async def test_a_whole_answer_is_what_the_model_made(house: House) -> None:
    """
    Content, usage and the head, as over the other transport.
    """
    house.simulator.next(Misbehaviour(text="Forty-two."))

    answer = await house.chat()

    record = await house.record()
    assert "Forty-two." == answer.document["choices"][0]["message"]["content"]
    assert "first" == answer.headers["x-gateway-upstream"]
    assert answer.document["usage"]["completion_tokens"] == record["completion_tokens"]


async def test_a_stream_is_what_the_model_made(house: House) -> None:
    """
    Every delta, [DONE] and a proper end.
    """
    house.simulator.next(Misbehaviour(text="Forty-two, 你好.", delta_size=3))

    answer = await house.chat(stream=True)

    assert "Forty-two, 你好." == answer.spoken()
    assert b"data: [DONE]\n\n" == answer.events[-1]
    assert answer.is_whole


async def test_a_stream_is_passed_on_as_it_comes(house: House) -> None:
    """
    The first words do not wait for the last.
    """
    house.simulator.next(Misbehaviour(deltas=5, stall_after=2, stall=30))

    async with await house.call() as caller:
        listening = await house.listening(caller, a_chat(stream=True))
        while len(b"".join(listening.pieces).split(b"\n\n")) < 4:
            await listening.piece()

    assert 2 == (await house.simulator.caller_left(1.0)).deltas_sent


async def test_the_upstream_sees_the_same_request(house: House) -> None:
    """
    Our credential, our Via, identity encoding; nothing of the caller's head.
    """
    await house.ask(a_chat(), X_Secret="of the caller")

    headers = house.simulator.records[0].headers
    assert f"Bearer {CANARY}" == headers["authorization"]
    assert "1.1 deepseek-gateway" == headers["via"]
    assert "identity" == headers["accept-encoding"]
    assert "x-secret" not in headers
    assert KEY not in str(headers)


async def test_connections_are_used_again(house: House) -> None:
    """
    Exchanges that follow each other share one connection.
    """
    for stream in (True, False, True):
        await house.chat(stream=stream)

    assert 1 == len({exchange.connection for exchange in house.simulator.records})


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize(
    "behaviour",
    [
        Misbehaviour(status=500),
        Misbehaviour(slow_head=5),
        Misbehaviour(cut_after=0),
        Misbehaviour(cut_after=0, cut="reset"),
        Misbehaviour(refuse=0.01),
        Misbehaviour(raw="no HTTP"),
    ],
    ids=["500", "slow", "cut", "reset", "refused", "garbage"],
)
async def test_what_fails_goes_to_the_next_server_over_another_transport(
    house: House, behaviour: Misbehaviour, *, stream: bool
) -> None:
    """
    Fail-over crosses from one transport to the other.
    """
    house.simulator.next(behaviour)

    answer = await house.chat(stream=stream)

    await house.simulator.until(lambda: house.simulator.is_accepting)
    assert (200, "second") == (answer.status, answer.headers["x-gateway-upstream"])
