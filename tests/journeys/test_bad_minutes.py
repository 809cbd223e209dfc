"""A bad minute upstream, before content: another try, or another server, and one good answer."""

from collections.abc import AsyncIterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.house import AT_HOME_KEY, CANARY, House, PolicyFolder, a_house, named

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

MODES = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
# The gateway backs off by up to half a second where the upstream names no time.
SOON = "0.01"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def open_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A gateway before two external servers and one on the premises, tried in that order."""

    def change(policies: PolicyFolder) -> None:
        for upstream in policies.upstreams.values():
            upstream["timeouts"] = {"first_token_seconds": 0.2, "stall_seconds": 0.2, "total_seconds": 1.0}
        policies.upstreams["third"]["residency"] = "on_premises"
        policies.model["retries"] = {"attempts": 4}

    async with a_house(tmp_path_factory.mktemp("minutes"), change, upstreams=3) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def house(open_house: House) -> House:
    """The house of this file, with nothing behind it."""
    open_house.begin_anew()
    return open_house


@MODES
@pytest.mark.parametrize(
    "behaviour",
    [
        Misbehaviour(status=500),
        Misbehaviour(status=503),
        Misbehaviour(status=429),
        Misbehaviour(status=429, retry_after="3600"),
        Misbehaviour(status=402),
        Misbehaviour(status=401),
        Misbehaviour(status=404),
        Misbehaviour(error="balance"),
        Misbehaviour(slow_head=5),
        Misbehaviour(slow_first_token=5),
        Misbehaviour(queued=5),
        Misbehaviour(stall_after=0),
        Misbehaviour(cut_after=0),
        Misbehaviour(cut_after=0, cut="reset"),
        Misbehaviour(garbage_after=0),
        Misbehaviour(error_after=0),
        Misbehaviour(refuse=0.01),
        Misbehaviour(raw="no HTTP"),
        Misbehaviour(raw="HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
    ],
    ids=named,
)
async def test_what_fails_before_content_goes_to_the_next_server(
    house: House, behaviour: Misbehaviour, *, stream: bool
) -> None:
    """
    The caller sees one good answer and its upstream's name; the record sees both attempts.
    """
    house.simulator.next(behaviour)

    answer = await house.chat("[[sim:text=good]]", stream=stream)

    await house.simulator.until(lambda: house.simulator.is_accepting)
    record = await house.record()
    assert (200, "second") == (answer.status, answer.headers["x-gateway-upstream"])
    assert b"good" in answer.body
    assert answer.is_whole or not stream
    # A kept connection that turns out closed is one more attempt at the first.
    assert (["first", "second"], "finished") == (_in_order(record["destinations"]), record["ending"])
    assert 1 == len(house.simulators[1].records)


@MODES
async def test_a_server_that_is_down_is_passed_over(house: House, *, stream: bool) -> None:
    """
    A refused connection costs the caller nothing but the next server's answer.
    """
    house.simulator.refuse_connections()
    house.simulator.cut_connections()

    answer = await house.chat(stream=stream)

    await house.simulator.accept_connections()
    assert "second" == answer.headers["x-gateway-upstream"]


@MODES
@pytest.mark.parametrize(
    "behaviour",
    [Misbehaviour(status=400), Misbehaviour(status=422), Misbehaviour(error="content")],
    ids=["400", "422", "content risk"],
)
async def test_what_is_the_callers_fault_is_not_tried_elsewhere(
    house: House, behaviour: Misbehaviour, *, stream: bool
) -> None:
    """
    The same request would fail everywhere.
    """
    house.simulator.next(behaviour)

    answer = await house.chat(stream=stream)

    assert 400 <= answer.status < 500
    assert [] == house.simulators[1].records


@MODES
async def test_when_all_fail_the_first_is_asked_again(house: House, *, stream: bool) -> None:
    """
    A passing failure everywhere is waited out, within the attempts of the route.
    """
    house.simulators[0].next(Misbehaviour(status=503, retry_after=SOON))
    house.simulators[1].always(Misbehaviour(status=402))
    house.simulators[2].always(Misbehaviour(slow_head=5))

    answer = await house.chat(stream=stream)

    record = await house.record()
    assert (200, "first") == (answer.status, answer.headers["x-gateway-upstream"])
    assert ["first", "second", "third", "first"] == record["destinations"]


async def test_a_tenant_at_home_never_reaches_an_external_server(house: House) -> None:
    """
    Its request goes to the server on the premises and, when that fails, nowhere else.
    """
    house.simulators[2].always(Misbehaviour(status=500, retry_after=SOON))

    answers = [await house.chat("secret", key=AT_HOME_KEY, stream=stream) for stream in (False, True)]

    assert [(502, "third")] * 2 == [
        (answer.status, answer.headers["x-gateway-upstream"]) for answer in answers
    ]
    assert {"third"} == {name for record in house.records() for name in record["destinations"]}
    assert ([], []) == (house.simulators[0].records, house.simulators[1].records)


async def test_a_tenant_at_home_is_served_at_home(house: House) -> None:
    """
    The route's external servers, which come first, are passed over.
    """
    answer = await house.chat(key=AT_HOME_KEY)

    assert (200, "third") == (answer.status, answer.headers["x-gateway-upstream"])


async def test_the_next_server_is_asked_the_very_same(house: House) -> None:
    """
    A second attempt sends the same body under the second server's own name for the model.
    """
    house.simulator.next(Misbehaviour(status=503))

    await house.chat("Hello", temperature=0.5, stream=True)

    assert house.simulators[0].records[0].body == house.simulators[1].records[0].body


async def test_our_credential_is_in_nothing_that_anyone_reads(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """
    Not in an answer, a record, a log or a metric, even when the upstream repeats it.
    """
    said = f'{{"error": {{"message": "key {CANARY} or {CANARY[-8:]} is bad"}}}}'
    everything: list[Any] = []

    async with a_house(tmp_path, environ={"GATEWAY_ACCESS_LOG": "on"}) as house:
        for status in (200, 400, 401, 422, 429, 500):
            house.simulator.always(
                Misbehaviour(status=status, body=said, headers={"x-key": CANARY}, retry_after="9999")
            )
            everything += [await house.chat(stream=stream) for stream in (False, True)]
        everything += [house.records(), await house.metrics()]
    everything.append(capfd.readouterr())

    assert "upstream_credential_rejected" in str(everything[-1])
    assert CANARY[-8:] not in str(everything)
    assert CANARY[:12] not in str(everything)


def _in_order(names: list[str]) -> list[str]:
    """The names without those that follow themselves."""
    return [name for name, _ in groupby(names)]
