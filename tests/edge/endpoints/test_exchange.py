"""Answers and refusals as a caller gets them, and the one outcome of each."""

import asyncio

import orjson
import pytest

from gateway.edge.endpoints.exchange import ExchangeEndpoint
from gateway.edge.request_body import BodyTooLarge
from gateway.limits.verdict import Standing, Verdict
from gateway.upstreams.itinerary import Retry
from gateway.upstreams.kind import KindCall
from gateway.upstreams.transport import ConnectFailed, TransportBroke, TransportTimedOut
from gateway.vocabulary.ending import Ending
from gateway.vocabulary.residency import Clearance
from tests.fakes.builders import (
    DONE_EVENT,
    REPORTED_USAGE,
    USAGE_TEXT,
    WHOLE_ANSWER,
    a_diagnosis,
    a_target,
    delta_event,
)
from tests.fakes.caller_side import ScriptedDoorway
from tests.fakes.small_house import BODY_LIMIT_BYTES, SmallHouse, a_chat_body, a_scope
from tests.fakes.spies import SpyLedger
from tests.fakes.upstream_side import ScriptedKind, ScriptedReply, ScriptedTransport, Silence
from tests.fakes.virtual_time import in_virtual_time


@in_virtual_time
async def test_a_whole_answer() -> None:
    """
    One write of known length; settled by what the upstream measured.
    """
    house = SmallHouse(ScriptedTransport(ScriptedReply(WHOLE_ANSWER)))
    doorway = ScriptedDoorway(a_chat_body())

    await house.visit(doorway)

    assert (200, [WHOLE_ANSWER], True) == (doorway.reply.status, doorway.reply.writes, doorway.reply.is_ended)
    assert (Ending.FINISHED, 200, REPORTED_USAGE) == (
        house.outcome.ending,
        house.outcome.status,
        house.outcome.usage,
    )
    assert [[1, REPORTED_USAGE.total_tokens]] == [used for _, used in house.ledger.settled]
    assert doorway.reply.headers[b"x-request-id"] == house.outcome.arrival.request_id.encode()


@in_virtual_time
async def test_a_stream() -> None:
    """
    Frame by frame, then the proper end.
    """
    usage = delta_event("", usage=USAGE_TEXT)
    house = SmallHouse(ScriptedTransport(ScriptedReply(delta_event("one"), usage + DONE_EVENT)))
    doorway = ScriptedDoorway(a_chat_body(stream=True))

    await house.visit(doorway)

    assert [delta_event("one"), usage + DONE_EVENT] == doorway.reply.writes
    assert (True, False) == (doorway.reply.is_ended, doorway.reply.is_aborted)
    assert (Ending.FINISHED, True, 3) == (house.outcome.ending, house.outcome.streamed, house.outcome.frames)
    assert REPORTED_USAGE == house.outcome.usage


@in_virtual_time
async def test_a_head_begun_by_silence_still_ends_well() -> None:
    """
    A whole answer that took its time comes after blank lines, in the same body.
    """
    house = SmallHouse(ScriptedTransport(ScriptedReply(Silence(25.0), WHOLE_ANSWER)))
    doorway = ScriptedDoorway(a_chat_body())

    await house.visit(doorway)

    assert [b"\n", b"\n", WHOLE_ANSWER] == doorway.reply.writes
    assert doorway.reply.is_ended


@in_virtual_time
async def test_fail_over_is_allowed_after_the_first_sign_of_life() -> None:
    """
    Our own keep-alives are no content.
    """
    broken = ScriptedReply(Silence(12.0), TransportBroke("cut", answered=True))
    house = SmallHouse(ScriptedTransport(broken, ScriptedReply(delta_event(), DONE_EVENT)))
    doorway = ScriptedDoorway(a_chat_body(stream=True))

    await house.visit(doorway)

    assert [b": keep-alive\n\n", delta_event(), DONE_EVENT] == doorway.reply.writes
    assert ["first", "second"] == [attempt.upstream for attempt in house.outcome.attempts]
    assert "second" == house.outcome.upstream


@pytest.mark.parametrize(
    ("doorway", "headers", "status", "code"),
    [
        (ScriptedDoorway(b"{}"), {"authorization": "Bearer sk-unknown"}, 401, "invalid_credential"),
        (ScriptedDoorway(b"{}"), {"authorization": ""}, 401, "missing_credential"),
        (ScriptedDoorway(b"{}"), {"content_encoding": "gzip"}, 415, "unsupported_encoding"),
        (ScriptedDoorway(b"no json"), {}, 400, "invalid_json"),
        (ScriptedDoorway(a_chat_body(messages=[])), {}, 400, "invalid_request"),
        (ScriptedDoorway(a_chat_body(model="gpt-9")), {}, 404, "model_not_found"),
        (ScriptedDoorway(BodyTooLarge("too large")), {}, 413, "body_too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@in_virtual_time
async def test_a_refusal_before_any_upstream(
    doorway: ScriptedDoorway, headers: dict[str, str], status: int, code: str
) -> None:
    """
    Its own status, OpenAI's shape, the request id, one outcome, and no upstream asked.
    """
    house = SmallHouse()

    await house.visit(doorway, **headers)

    error = orjson.loads(doorway.reply.body)["error"]
    assert (status, code) == (doorway.reply.status, error["code"])
    assert doorway.reply.headers[b"x-request-id"].decode() == house.outcome.arrival.request_id
    assert b"%d" % len(doorway.reply.body) == doorway.reply.headers[b"content-length"]
    assert (Ending.REFUSED, status, code) == (house.outcome.ending, house.outcome.status, house.outcome.code)
    assert [] == house.transport.asked


@in_virtual_time
async def test_the_body_is_bounded_by_the_plan() -> None:
    """
    The limit comes from the caller's own plan.
    """
    doorway = ScriptedDoorway(a_chat_body())

    await SmallHouse(ScriptedTransport(ScriptedReply(WHOLE_ANSWER))).visit(doorway)

    assert BODY_LIMIT_BYTES == doorway.body.limit_bytes


@in_virtual_time
async def test_nowhere_to_go_is_a_403() -> None:
    """
    When the clearance permits no target, nothing is reserved and nothing is sent.
    """
    house = SmallHouse(clearance=Clearance.ON_PREMISES)
    doorway = ScriptedDoorway(a_chat_body())

    await house.visit(doorway)

    assert (403, "residency_unavailable") == (house.outcome.status, house.outcome.code)
    assert ([], []) == (house.transport.asked, house.ledger.reserved)


@in_virtual_time
async def test_a_refused_reservation_sends_nothing() -> None:
    """
    What the ledger says goes to the caller, with its Retry-After; there is nothing to settle.
    """
    standings = (Standing(0, 2_200), Standing(5, 0))
    refused = Verdict(is_granted=False, standings=standings, failed=0, retry_ms=2_200)
    house = SmallHouse(ledger=SpyLedger(refused))
    doorway = ScriptedDoorway(a_chat_body())

    await house.visit(doorway)

    assert (429, b"3") == (doorway.reply.status, doorway.reply.headers[b"retry-after"])
    assert ([], []) == (house.transport.asked, house.ledger.settled)


@pytest.mark.parametrize(
    ("failure", "status", "ending"),
    [
        (ConnectFailed("down"), 502, Ending.UPSTREAM_BROKE),
        (TransportTimedOut("slow", phase="head"), 504, Ending.TIMED_OUT),
        (ScriptedReply(b"", status=503), 503, Ending.UPSTREAM_BROKE),
    ],
    ids=["down", "slow", "503"],
)
@in_virtual_time
async def test_upstreams_that_fail_before_the_head(
    failure: ConnectFailed | TransportTimedOut | ScriptedReply, status: int, ending: Ending
) -> None:
    """
    The caller gets the true status, because nothing was sent yet.
    """
    house = SmallHouse(ScriptedTransport(failure), targets=(a_target(),), retry=Retry(attempts=1))
    doorway = ScriptedDoorway(a_chat_body(stream=True))

    await house.visit(doorway)

    assert (status, True) == (doorway.reply.status, doorway.reply.is_ended)
    assert (ending, status) == (house.outcome.ending, house.outcome.status)


@in_virtual_time
async def test_a_break_in_the_stream_is_an_event_and_a_cut() -> None:
    """
    Never a clean end: an SDK must not take half an answer for a whole one.
    """
    house = SmallHouse(
        ScriptedTransport(ScriptedReply(delta_event("half"), TransportBroke("cut", answered=True)))
    )
    doorway = ScriptedDoorway(a_chat_body(stream=True))

    await house.visit(doorway)

    first, last = doorway.reply.writes
    assert delta_event("half") == first
    assert "upstream_broke" == orjson.loads(last.removeprefix(b"data: "))["error"]["code"]
    assert (False, True) == (doorway.reply.is_ended, doorway.reply.is_aborted)
    assert (Ending.UPSTREAM_BROKE, 200, "upstream_broke") == (
        house.outcome.ending,
        house.outcome.status,
        house.outcome.code,
    )


@in_virtual_time
async def test_a_whole_answer_that_fails_after_blank_lines_is_told_and_cut() -> None:
    """
    The status is gone, so the error object stands in the body and the body has no end.
    """
    broken = ScriptedReply(Silence(12.0), TransportBroke("cut", answered=True))
    house = SmallHouse(ScriptedTransport(broken), retry=Retry(attempts=1))
    doorway = ScriptedDoorway(a_chat_body())

    await house.visit(doorway)

    assert "upstream_broke" == orjson.loads(doorway.reply.body)["error"]["code"]
    assert (False, True) == (doorway.reply.is_ended, doorway.reply.is_aborted)


class Faulty(ScriptedKind):
    """A kind with a bug, whose error quotes what the caller wrote."""

    def call(self, *_: object) -> KindCall:
        """Fail."""
        raise ZeroDivisionError("private words of a caller")


@in_virtual_time
async def test_a_fault_of_ours_is_a_500_without_its_text() -> None:
    """
    The caller learns the request id, the operator the error; the exchange is settled.
    """
    house = SmallHouse(ScriptedTransport())
    house.pipeline._dispatcher._kinds = {"scripted": Faulty()}
    doorway = ScriptedDoorway(a_chat_body())

    await house.visit(doorway)

    assert (500, "internal_error") == (doorway.reply.status, house.outcome.code)
    assert b"private" not in doorway.reply.body
    assert [ZeroDivisionError] == [type(fault) for fault in house.faults]
    assert [house.outcome.arrival.request_id] == house.faulty_requests
    assert 1 == len(house.ledger.settled)
    assert 0 == len(house.running)


@in_virtual_time
async def test_what_an_upstream_refuses_for_good_is_passed_on_once() -> None:
    """
    An upstream's 400 is the caller's to mend: no other target is asked.
    """
    house = SmallHouse(ScriptedTransport(ScriptedReply(b"", status=400)))
    house.pipeline._dispatcher._kinds = {
        "scripted": ScriptedKind(
            {400: a_diagnosis(status=400, code="invalid_request", retry_here=False, try_next=False)}
        )
    }
    doorway = ScriptedDoorway(a_chat_body())

    await house.visit(doorway)

    assert (400, b"false") == (doorway.reply.status, doorway.reply.headers[b"x-should-retry"])
    assert ["first"] == house.transport.asked


@in_virtual_time
async def test_without_the_extension_plain_asgi_serves() -> None:
    """
    Under another server the same exchange goes through `receive` and `send`.
    """
    house = SmallHouse(ScriptedTransport(ScriptedReply(WHOLE_ANSWER)))
    messages = [{"type": "http.request", "body": a_chat_body(), "more_body": False}]
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        if messages:
            return messages.pop(0)
        await asyncio.get_running_loop().create_future()
        raise AssertionError

    async def send(message: object) -> None:
        assert isinstance(message, dict)
        sent.append(message)

    endpoint: ExchangeEndpoint = house.endpoint
    await endpoint(a_scope(), receive, send)

    assert [200, None] == [message.get("status") for message in sent]
    assert WHOLE_ANSWER == sent[-1]["body"]
    assert Ending.FINISHED == house.outcome.ending
