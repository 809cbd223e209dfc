"""A break after content began: never another server, never a clean end."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.house import House, PolicyFolder, a_chat, a_house, a_request, listen, named

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

BREAKS = pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (Misbehaviour(deltas=9, delay_ms=5, cut_after=3), "upstream_broke"),
        (Misbehaviour(deltas=9, delay_ms=5, cut_after=3, cut="close"), "upstream_broke"),
        (Misbehaviour(deltas=9, delay_ms=5, cut_after=3, cut="reset"), "upstream_broke"),
        (Misbehaviour(deltas=9, delay_ms=5, cut_after=3, cut="close", until_close=True), "upstream_broke"),
        (Misbehaviour(deltas=9, delay_ms=5, stall_after=3), "upstream_timeout"),
        (Misbehaviour(deltas=9, delay_ms=5, garbage_after=3), "upstream_broke"),
        (Misbehaviour(deltas=9, delay_ms=5, error_after=3), "upstream_overloaded"),
        (Misbehaviour(deltas=9, delay_ms=5, no_finish=True, no_done=True), "upstream_broke"),
        (Misbehaviour(deltas=9, delay_ms=5, no_finish=True), "upstream_broke"),
    ],
    ids=lambda value: named(value) if isinstance(value, Misbehaviour) else "",
)


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=["http1", "httpx2"])
async def open_house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """A gateway before two servers, the second of which is never asked."""

    def change(policies: PolicyFolder) -> None:
        policies.model["retries"] = {"attempts": 2}
        for upstream in policies.upstreams.values():
            upstream["timeouts"] = {"stall_seconds": 0.2}
            upstream["transport"] = request.param

    async with a_house(tmp_path_factory.mktemp("breaks"), change, upstreams=2) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def house(open_house: House) -> House:
    """The house of this file, with nothing behind it."""
    open_house.begin_anew()
    return open_house


@BREAKS
async def test_a_break_in_a_stream_is_an_error_and_a_cut(
    house: House, behaviour: Misbehaviour, code: str
) -> None:
    """
    What came before the break arrives; then the typed error, and no end of the body.
    """
    house.simulator.next(behaviour)

    answer = await house.chat(stream=True)

    assert 200 == answer.status
    assert 3 <= len([chunk for chunk in answer.chunks if chunk["choices"][0]["delta"].get("content")])
    assert code == answer.error["code"]
    assert answer.headers["x-request-id"] == answer.error["request_id"]
    assert not answer.is_whole
    assert b"[DONE]" not in answer.body


@BREAKS
async def test_a_break_in_a_stream_is_not_tried_elsewhere(
    house: House, behaviour: Misbehaviour, code: str
) -> None:
    """
    Two halves of different answers are no answer.
    """
    house.simulator.next(behaviour)

    await house.chat(stream=True)

    record = await house.record()
    assert ["first"] == record["destinations"]
    assert (200, code) == (record["status"], record["code"])
    assert record["ending"] in ("upstream_broke", "timed_out")
    assert record["completion_tokens"] > 0
    assert [] == house.simulators[1].records


async def test_a_stream_without_done_but_with_its_finish_is_whole(house: House) -> None:
    """
    The finish reason was there: the end is proper, and the caller gets the [DONE] it waits for.
    """
    house.simulator.next(Misbehaviour(deltas=3, no_done=True))

    answer = await house.chat(stream=True)

    assert answer.is_whole
    assert b"data: [DONE]\n\n" == answer.events[-1]


@pytest.mark.parametrize(
    ("behaviour", "status", "code"),
    [
        (Misbehaviour(cut_after=0), 502, "upstream_broke"),
        (Misbehaviour(cut_after=0, cut="reset"), 502, "upstream_broke"),
        (Misbehaviour(cut_after=0, until_close=True), 502, "upstream_broke"),
        (Misbehaviour(garbage_after=0), 502, "upstream_broke"),
        (Misbehaviour(stall_after=0), 504, "upstream_timeout"),
    ],
    ids=lambda value: named(value) if isinstance(value, Misbehaviour) else "",
)
async def test_a_break_in_a_whole_answer_is_a_refusal(
    house: House, behaviour: Misbehaviour, status: int, code: str
) -> None:
    """
    Half a document is never passed on; with no server left the caller gets the refusal's own status.
    """
    house.simulators[0].next(Misbehaviour(status=402))
    house.simulators[1].next(behaviour)

    answer = await house.chat()

    assert (status, code) == (answer.status, answer.error["code"])


async def test_a_cut_is_seen_by_a_caller_of_http_1_0(house: House) -> None:
    """
    Where only the close ends a body, a cut is a reset: it cannot be taken for the end.
    """
    house.simulator.next(Misbehaviour(deltas=9, delay_ms=5, cut_after=3))
    request = a_request(a_chat(stream=True)).replace(b"HTTP/1.1", b"HTTP/1.0")

    async with await house.call() as caller:
        caller.say(request)
        await caller.hear_until(b"\r\n\r\n")

        with pytest.raises(ConnectionResetError):
            await caller.hear_all()


async def test_after_a_break_the_connection_is_closed_and_others_are_served(house: House) -> None:
    """
    A cut connection carries no further exchange; a new one does.
    """
    house.simulator.next(Misbehaviour(deltas=9, delay_ms=5, cut_after=3))
    async with await house.call() as caller:
        caller.say(a_request(a_chat(stream=True)) + a_request(a_chat("second")))
        await (await listen(caller)).rest()
        rest = await caller.hear_all()

    answer = await house.chat(stream=True)

    assert b"" == rest
    assert answer.is_whole
