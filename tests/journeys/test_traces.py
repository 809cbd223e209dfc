"""Which trace a request belongs to, and who is told."""

from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.house import House, PolicyFolder, a_chat, a_house

pytestmark = pytest.mark.slow

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
THEIRS = {"traceparent": f"00-{TRACE}-{SPAN}-01", "tracestate": "vendor=their-text"}
FOREIGN = {"baggage": "secret=1", "b3": f"{TRACE}-{SPAN}-1", "x-amzn-trace-id": "Root=1-2-3"}


@pytest.fixture(params=["restart", "accept"])
async def at_home(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[tuple[House, str]]:
    """A gateway before a server of its own, under a plan that says this."""

    def change(policies: PolicyFolder) -> None:
        policies.upstreams["first"]["residency"] = "on_premises"
        policies.plan["telemetry"] = {"trace_context": request.param}
        policies.plan["cache"] = {"enabled": False}

    async with a_house(tmp_path, change) as opened:
        yield opened, request.param


def told(house: House, number: int = -1) -> dict[str, str]:
    """What an upstream was told of a trace, in any header that tells of one."""
    headers = house.simulator.records[number].headers
    return {name: headers[name] for name in (*THEIRS, *FOREIGN) if name in headers}


@pytest.mark.parametrize("stream", [False, True])
async def test_a_plan_says_whether_a_callers_trace_goes_on(
    at_home: tuple[House, str], *, stream: bool
) -> None:
    """
    Its id is then that of the record too; the span is ours either way, and a strange tracestate stays here.
    """
    house, said = at_home

    answer = await house.ask(a_chat(stream=stream), **THEIRS, **FOREIGN)

    record = await house.record()
    ours = answer.headers["x-request-id"].removeprefix("req_")
    trace_id = TRACE if said == "accept" else ours
    heard = told(house)
    version, heard_id, span, flags = heard.pop("traceparent").split("-")
    assert ("00", trace_id, "01") == (version, heard_id, flags)
    assert SPAN != span
    assert ({"tracestate": "vendor=their-text"} if said == "accept" else {}) == heard
    assert trace_id == record["trace_id"]
    assert "traceparent" not in answer.headers


@pytest.mark.parametrize("parent", [f"00-{'0' * 32}-{SPAN}-01", f"00-{TRACE}-{SPAN}-01-x", "nonsense"])
async def test_a_broken_trace_is_begun_anew(at_home: tuple[House, str], parent: str) -> None:
    """
    The request is served all the same.
    """
    house, _ = at_home

    answer = await house.ask(a_chat(), traceparent=parent, tracestate="vendor=their-text")

    ours = answer.headers["x-request-id"].removeprefix("req_")
    assert 200 == answer.status
    assert ours == told(house)["traceparent"].split("-")[1]
    assert {"traceparent"} == told(house).keys()


async def test_each_try_is_a_span_of_its_own(at_home: tuple[House, str]) -> None:
    """
    Both belong to the trace of the exchange.
    """
    house, _ = at_home
    house.simulator.next(Misbehaviour(status=503, retry_after="0"))

    await house.ask(a_chat())

    parents = [told(house, number)["traceparent"].split("-") for number in (0, 1)]
    assert parents[0][1] == parents[1][1]
    assert parents[0][2] != parents[1][2]


async def test_nobody_outside_the_house_is_told(tmp_path: Path) -> None:
    """
    Neither of a caller's trace nor of ours, also where the plan takes it on.
    """

    def accept(policies: PolicyFolder) -> None:
        policies.plan["telemetry"] = {"trace_context": "accept"}

    async with a_house(tmp_path, accept) as house:
        await house.ask(a_chat(), **THEIRS, **FOREIGN)

        assert {} == told(house)
        assert TRACE == (await house.record())["trace_id"]
        assert b"their-text" not in orjson.dumps(house.records())
