"""What callers do over plain HTTP they do over TLS, also where they must show certificates."""

import asyncio
import datetime as dt
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import openai
import pytest
import pytest_asyncio

from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.certificates import END, Authority
from tests.fakes.house import (
    KEY,
    House,
    a_chat,
    a_house,
    a_request,
    connect,
    listen,
    tls_environ,
)
from tests.fakes.open_door import Caller

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

FLOOD = Misbehaviour(deltas=200_000, delta_size=1000, delay_ms=0)
WITHIN_SECONDS = 1.0


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Who signed the gateway's certificate and those of its clients."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=["tls", "mtls"])
async def open_house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, authority: Authority
) -> AsyncIterator[House]:
    """A gateway that speaks TLS, and one that demands certificates too."""
    environ = tls_environ(authority.pair("localhost"))
    client = None
    if request.param == "mtls":
        environ["GATEWAY_TLS_CLIENT_CA"] = str(authority.ca_file)
        client = authority.pair("a client")
    async with a_house(tmp_path_factory.mktemp(request.param), environ=environ) as opened:
        opened.trust = authority.client_context(client)
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def house(open_house: House) -> House:
    """The house of this file, with nothing behind it."""
    open_house.begin_anew()
    return open_house


async def test_a_whole_answer_comes(house: House) -> None:
    """
    As the model made it.
    """
    house.simulator.next(Misbehaviour(text="Forty-two."))

    answer = await house.chat()

    assert (200, True) == (answer.status, answer.is_whole)
    assert "Forty-two." == answer.document["choices"][0]["message"]["content"]


async def test_a_stream_comes(house: House) -> None:
    """
    Each delta by itself, up to the proper end.
    """
    house.simulator.next(Misbehaviour(text="Forty-two, 你好.", delta_size=1, delay_ms=1))

    answer = await house.chat(stream=True)

    assert ("Forty-two, 你好.", True) == (answer.spoken(), answer.is_whole)
    assert len(answer.pieces) > 5


async def test_a_megabyte_is_taken_and_given(house: House) -> None:
    """
    Bodies of many records, both ways.
    """
    house.simulator.next(Misbehaviour(text="x" * 1_000_000, delta_size=1_000_000))

    answer = await house.chat("a word " * 150_000)

    record = await house.record()
    assert 1_000_000 == len(answer.document["choices"][0]["message"]["content"])
    assert record["tokens"]["prompt"] > 100_000


async def test_many_requests_share_a_connection(house: House) -> None:
    """
    One after the other, and two in one packet.
    """
    statuses = []
    async with await house.call() as caller:
        for number in range(3):
            caller.say(a_request(a_chat(f"question {number}")))
            statuses.append((await (await listen(caller)).rest()).status)
        caller.say(a_request(a_chat("ahead")) + a_request(a_chat("behind")))
        statuses += [(await (await listen(caller)).rest()).status for _ in range(2)]

    assert [200] * 5 == statuses
    assert 5 == len(house.simulator.records)


@pytest.mark.parametrize("way", [Caller.leave, Caller.reset], ids=["close", "reset"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_a_caller_who_leaves_stops_the_model(
    house: House, way: Callable[[Caller], None], *, stream: bool
) -> None:
    """
    While it waits, with a goodbye of TLS or without one.
    """
    house.simulator.next(Misbehaviour(slow_head=30))
    async with await house.call() as caller:
        caller.say(a_request(a_chat(stream=stream)))
        await house.simulator.until(lambda: house.simulator.totals.started == 1)

        way(caller)

        await house.simulator.caller_left(WITHIN_SECONDS)
    await house.until_empty()

    assert "caller_left" == (await house.record())["ending"]


@pytest.mark.parametrize("way", [Caller.leave, Caller.reset], ids=["close", "reset"])
async def test_a_caller_who_leaves_in_mid_stream_stops_the_model(
    house: House, way: Callable[[Caller], None]
) -> None:
    """
    What was said until then is on record.
    """
    house.simulator.next(Misbehaviour(deltas=1000, stall_after=3))
    async with await house.call() as caller:
        listening = await house.listening(caller, a_chat(stream=True))
        await listening.piece()

        way(caller)

        await house.simulator.caller_left(WITHIN_SECONDS)

    record = await house.record()
    assert ("caller_left", 200) == (record["ending"], record["status"])


async def test_a_caller_who_does_not_read_holds_the_model_back(house: House) -> None:
    """
    What it has not taken is not kept for it: the model is not read either.
    """
    house.simulator.next(FLOOD)
    async with await house.call() as caller:
        caller.say(a_request(a_chat(stream=True)))
        await house.simulator.until(lambda: house.simulator.totals.started == 1)
        (exchange,) = house.simulator.records
        before = -1
        while before != exchange.deltas_sent:
            before = exchange.deltas_sent
            await asyncio.sleep(0.3)
        caller.reset()
        await house.simulator.caller_left(WITHIN_SECONDS)

    assert 0 < exchange.deltas_sent < 200_000


async def test_another_name_in_the_greeting_changes_nothing(house: House) -> None:
    """
    There is one certificate, which is shown to all; whether it is the right one is for the caller to say.
    """
    trust = house.trust
    assert trust is not None
    trust.check_hostname = False
    try:
        reader, writer = await asyncio.open_connection(
            *house.gateway.address, ssl=trust, server_hostname="elsewhere.example"
        )
        async with Caller(reader, writer) as caller:
            caller.say(a_request(a_chat()))
            answer = await (await listen(caller)).rest()
    finally:
        trust.check_hostname = True

    assert 200 == answer.status


async def test_plain_http_is_told_to_speak_tls(house: House) -> None:
    """
    In the shape of every other error, and nothing is asked of anyone.
    """
    async with await connect(house.gateway.address) as caller:
        caller.say(a_request(a_chat()))
        answer = await (await listen(caller)).rest()

    assert (400, "tls_required") == (answer.status, answer.error["code"])
    assert 0 == len(house.simulator.records)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_the_sdk_chats_over_tls(house: House, *, stream: bool) -> None:
    """
    The official client, with the context of this caller.
    """
    house.simulator.next(Misbehaviour(text="Forty-two."))
    trust = house.trust
    assert trust is not None
    url = f"https://localhost:{house.gateway.address[1]}/v1"

    def ask() -> str:
        http = openai.DefaultHttpxClient(verify=trust, trust_env=False)
        with openai.OpenAI(api_key=KEY, base_url=url, http_client=http, max_retries=0) as sdk:
            messages: list[openai.types.chat.ChatCompletionMessageParam] = [{"role": "user", "content": "Hi"}]
            if not stream:
                whole = sdk.chat.completions.create(model="deepseek-chat", messages=messages)
                return whole.choices[0].message.content or ""
            chunks = sdk.chat.completions.create(model="deepseek-chat", messages=messages, stream=True)
            return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)

    assert "Forty-two." == await asyncio.to_thread(ask)


async def test_only_known_clients_get_in_where_that_is_demanded(tmp_path: Path) -> None:
    """
    Without a certificate, with a stranger's and with an old one: no HTTP is spoken at all.
    """
    authority, stranger = Authority(tmp_path), Authority(tmp_path, "stranger.pem")
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    pairs = {
        "good": authority.pair("a client"),
        "none": None,
        "strange": stranger.pair("a stranger"),
        "old": authority.pair("an old client", end=yesterday),
    }
    environ = tls_environ(authority.pair("localhost"), GATEWAY_TLS_CLIENT_CA=str(authority.ca_file))
    found = {}
    async with a_house(tmp_path, environ=environ) as house:
        for name, pair in pairs.items():
            house.trust = authority.client_context(pair)
            try:
                found[name] = str((await house.chat()).status)
            except (ssl.SSLError, EOFError, ConnectionError) as error:
                found[name] = getattr(error, "reason", None) or "cut"
        house.trust = authority.client_context(pairs["good"])
        metrics = await house.metrics()

    assert "200" == found["good"]
    assert {"none", "strange", "old"} == {name for name, end in found.items() if not end.isdigit()}
    assert END.timestamp() == metrics["gateway_door_certificate_expiry_timestamp_seconds"]
    assert (2, 1, 2) == tuple(
        metrics[f'gateway_tls_handshakes_total{{result="{result}"}}']
        for result in ("done", "no_client_certificate", "client_certificate_refused")
    )
