"""What an operator can read off /metrics, and who else can."""

import asyncio
from pathlib import Path

import orjson
import pytest

from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.house import KEY, House, PolicyFolder, a_chat, a_house, a_request, until
from tests.fakes.open_door import Caller

pytestmark = pytest.mark.slow


async def test_exchanges_are_counted_by_how_they_ended(house: House) -> None:
    """
    Finished and refused exchanges, by us or by the model server, each under its tenant, model and status.
    """
    await house.chat()
    await house.chat(model="nobody-knows")
    house.simulator.next(Misbehaviour(status=400))
    await house.chat()
    await house.ask(a_chat(), key=None)

    metrics = await house.metrics()

    counted = {
        name.removeprefix("gateway_requests_total"): value
        for name, value in metrics.items()
        if name.startswith("gateway_requests_total")
    }
    assert {
        '{ending="finished",model="deepseek-flash",status="200",tenant="acme"}': 1,
        '{ending="refused",model="none",status="404",tenant="acme"}': 1,
        '{ending="refused",model="deepseek-flash",status="400",tenant="acme"}': 1,
        '{ending="refused",model="none",status="401",tenant="none"}': 1,
    } == counted


async def test_durations_and_first_tokens_are_measured(house: House) -> None:
    """
    Each exchange is one observation, the first token comes no later than the end.
    """
    house.simulator.next(Misbehaviour(deltas=5, delay_ms=10))
    await house.chat(stream=True)

    metrics = await house.metrics()

    labels = '{mode="stream",model="deepseek-flash"}'
    first = metrics[f"gateway_first_token_seconds_sum{labels}"]
    whole = metrics[f"gateway_request_duration_seconds_sum{labels}"]
    assert 1 == metrics[f"gateway_request_duration_seconds_count{labels}"]
    assert 0 < first < whole


async def test_tokens_are_counted_as_the_upstream_reports_them(house: House) -> None:
    """
    Prompt, completion and reasoning, of whole answers and streams together.
    """
    whole = (await house.chat()).document["usage"]
    streamed = (await house.chat(stream=True)).chunks[-1]["usage"]

    metrics = await house.metrics()

    completion = whole["completion_tokens"] + streamed["completion_tokens"]
    prompt = whole["prompt_tokens"] + streamed["prompt_tokens"]
    tokens = {
        kind: sum(value for name, value in metrics.items() if f'type="{kind}"' in name and "_total" in name)
        for kind in ("cache_hit", "cache_miss", "completion", "reasoning")
    }
    assert completion == tokens["completion"]
    assert prompt == tokens["cache_hit"] + tokens["cache_miss"]
    assert 0 < tokens["reasoning"] < completion


async def test_what_runs_now_is_in_flight(house: House) -> None:
    """
    Up while a caller is served, and down again when it left.
    """
    house.simulator.next(Misbehaviour(slow_head=30))
    async with await house.call() as caller:
        await _ask(house, caller)
        during = await house.metrics()
    await house.until_empty()
    after = await house.metrics()

    assert (1, 0) == (during["gateway_requests_in_flight"], after["gateway_requests_in_flight"])


async def test_failures_of_upstreams_are_counted_by_code(tmp_path: Path) -> None:
    """
    Also those that fail-over hid from the caller.
    """
    async with a_house(tmp_path, upstreams=2) as house:
        house.simulator.next(Misbehaviour(status=503))
        await house.chat()
        house.simulator.next(Misbehaviour(deltas=9, delay_ms=5, cut_after=3))
        await house.chat(stream=True)

        metrics = await house.metrics()

    errors = "gateway_upstream_errors_total"
    assert 1 == metrics[f'{errors}{{code="upstream_overloaded",upstream="first"}}']
    assert 1 == metrics[f'{errors}{{code="upstream_broke",upstream="first"}}']
    assert 2 == metrics['gateway_upstream_attempts_total{upstream="first"}']
    assert 1 == metrics['gateway_upstream_attempts_total{upstream="second"}']


@pytest.mark.parametrize("key", [None, KEY])
async def test_who_is_on_no_listed_network_finds_no_metrics(tmp_path: Path, key: str | None) -> None:
    """
    Tenants are not told that the path exists, with a good key or without.
    """
    async with a_house(tmp_path, environ={"GATEWAY_METRICS_NETWORKS": "10.0.0.0/8"}) as house:
        answer = await house.get("/metrics", key=key)

    assert (404, "unknown_path") == (answer.status, answer.error["code"])


async def test_a_forwarded_address_opens_nothing(tmp_path: Path) -> None:
    """
    Whoever connects is who it is, whatever its headers claim.
    """
    async with a_house(tmp_path, environ={"GATEWAY_METRICS_NETWORKS": "10.0.0.0/8"}) as house:
        answer = await house.ask(
            b"", path="/metrics", method="GET", X_Forwarded_For="10.1.2.3", Forwarded="for=10.1.2.3"
        )

    assert 404 == answer.status


async def test_with_an_admin_port_metrics_are_there_alone(tmp_path: Path) -> None:
    """
    The callers' port does not serve them, and the admin port serves no chat.
    """
    async with a_house(tmp_path, environ={"GATEWAY_ADMIN_PORT": "0"}) as house:
        listener = house.gateway.doors.listeners[1]
        beside = await house.get("/metrics")
        async with Caller(*await asyncio.open_connection(*listener.address)) as caller:
            on_admin = await (await house.listening(caller, b"", path="/metrics", method="GET")).rest()
            chat = await (await house.listening(caller, a_chat())).rest()
            ready = await (await house.listening(caller, b"", path="/readyz", method="GET")).rest()

    assert (404, 200, 404, 200) == (beside.status, on_admin.status, chat.status, ready.status)
    assert b"gateway_requests_in_flight" in on_admin.body


@pytest.mark.parametrize(
    ("accept", "kind"),
    [("text/plain", "text/plain"), ("application/openmetrics-text", "application/openmetrics-text")],
)
async def test_metrics_come_in_the_format_that_was_asked_for(house: House, accept: str, kind: str) -> None:
    """
    Prometheus asks for OpenMetrics and gets it.
    """
    answer = await house.ask(b"", path="/metrics", method="GET", Accept=accept)

    assert answer.headers["content-type"].startswith(kind)


@pytest.mark.parametrize("path", ["/healthz", "/health/liveliness", "/readyz", "/health/readiness"])
async def test_health_needs_no_key(house: House, path: str) -> None:
    """
    Whoever restarts us asks without credentials.
    """
    answer = await house.get(path)

    assert 200 == answer.status


async def _ask(house: House, caller: Caller) -> None:
    caller.say(a_request(a_chat()))
    await until(lambda: house.in_flight == 1)


async def test_an_upstream_that_was_taken_out_is_not_down(tmp_path: Path) -> None:
    """
    That is one cure of its alert, which would stay until the next restart: nobody tries it any more.
    """

    def with_a_spare(policies: PolicyFolder) -> None:
        policies.model["retries"] = {"attempts": 2}

    async with a_house(tmp_path, with_a_spare, upstreams=2) as house:
        first = house.simulators[0]
        for _ in range(3):
            first.next(Misbehaviour(status=500))
            await house.chat()
        before = await house.metrics()
        path = tmp_path / "policies" / "models.yaml"
        document = orjson.loads(await asyncio.to_thread(path.read_bytes))
        del document["models"]["deepseek-flash"]["route"][0]
        await asyncio.to_thread(path.write_bytes, orjson.dumps(document))
        assert await asyncio.to_thread(house.gateway.reload)

        after = await house.metrics()

    up = [{name: value for name, value in one.items() if "upstream_up" in name} for one in (before, after)]
    down, well = 'gateway_upstream_up{upstream="first"}', 'gateway_upstream_up{upstream="second"}'
    assert [{down: 0, well: 1}, {well: 1}] == up
    assert 3 == after['gateway_upstream_attempts_total{upstream="first"}']
