"""The one path of every exchange: what comes before what, and what never happens."""

import asyncio
from typing import Any

import orjson
import pytest

from gateway.identity.api_key import digest_of
from gateway.identity.authenticator import Authenticator
from gateway.identity.conditions import Conditions, Level
from gateway.identity.keyring import KeyRecord, Keyring
from gateway.identity.refusals import KeyBlocked, NotAuthenticated
from gateway.identity.tokens.key_source import KeyAwaited
from gateway.limits.verdict import Standing, Verdict
from gateway.pipeline.exchange_log import ExchangeLog
from gateway.upstreams.refusals import UpstreamUnreachable
from gateway.upstreams.transport import ConnectFailed
from gateway.vocabulary.arrival import Arrival
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.ending import Ending
from gateway.vocabulary.refusal import Refusal
from gateway.vocabulary.residency import Clearance, Residency
from gateway.vocabulary.usage import Usage
from gateway.wire.sealed_request import SealedRequest
from tests.fakes.builders import WHOLE_ANSWER, a_caller, a_target, an_arrival, delta_event
from tests.fakes.cache_values import some_cache_terms
from tests.fakes.caller_side import RecordingReply, ScriptedBody, ScriptedDoorway
from tests.fakes.memory_board import MemoryBoard
from tests.fakes.small_house import KEY, SmallHouse, a_book, a_chat_body
from tests.fakes.spies import SpyLedger
from tests.fakes.upstream_side import SILENCE, ScriptedKind, ScriptedReply, ScriptedTransport
from tests.fakes.virtual_time import in_virtual_time, settle_down


class Visit:
    """One exchange, taken through the pipeline without a door."""

    def __init__(self, house: SmallHouse, body: bytes | Refusal, key: str = KEY) -> None:
        self.house = house
        self.arrival = an_arrival(headers={b"authorization": f"Bearer {key}".encode()})
        self.body = ScriptedBody(body)
        self.reply = RecordingReply()
        self.log: ExchangeLog = house.pipeline.open(self.arrival)

    async def serve(self) -> "Visit":
        """Serve it."""
        await self.house.pipeline.serve(self.arrival, self.body, self.reply, self.log)
        return self


def answering(body: bytes = WHOLE_ANSWER) -> ScriptedTransport:
    return ScriptedTransport(ScriptedReply(body))


class Listening(ScriptedKind):
    """A kind that keeps the requests it is to write."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[SealedRequest] = []

    def call(self, sealed: SealedRequest, target: object) -> object:  # type: ignore[override]
        """Keep it."""
        self.requests.append(sealed)
        return super().call(sealed, target)  # type: ignore[arg-type]


@in_virtual_time
async def test_a_stranger_is_turned_away_before_its_body_is_read() -> None:
    """
    Nobody can make us read megabytes without a key.
    """
    visit = Visit(SmallHouse(), a_chat_body(), key="sk-unknown")

    with pytest.raises(NotAuthenticated):
        await visit.serve()

    assert visit.body.limit_bytes is None


class Closed(Authenticator):
    """One who knows everybody, and lets nobody in."""

    def identify(self, arrival: Arrival, keyring: Keyring, now_wall: float) -> Caller:
        """Refuse by a condition of the key."""
        digest = digest_of(KEY.encode())
        known = keyring.find(digest)
        assert known is not None
        blocked = KeyRecord(digest, known.caller, (Conditions(Level.KEY, blocked=True),))
        return super().identify(arrival, Keyring([blocked]), now_wall)


@in_virtual_time
async def test_who_is_known_and_may_not_come_in_is_written_down() -> None:
    """
    Else nobody finds out which key is tried from where it may not be.
    """
    visit = Visit(SmallHouse(authenticator=Closed()), a_chat_body())

    with pytest.raises(KeyBlocked):
        await visit.serve()
    visit.house.pipeline.settle(visit.log, Ending.REFUSED)

    assert a_caller("acme") == visit.house.outcome.caller


class Hesitating(Authenticator):
    """One who does not know the signer until so many times was waited."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def identify(self, arrival: Arrival, keyring: Keyring, now_wall: float) -> Caller:
        """Ask to wait, or return the caller."""
        if self.times:
            raise KeyAwaited(self._arrive)
        return super().identify(arrival, keyring, now_wall)

    async def _arrive(self) -> None:
        await asyncio.sleep(1)
        self.times -= 1


@in_virtual_time
async def test_a_new_signer_is_waited_for_once() -> None:
    """
    The issuer is asked for its keys before its caller is refused, but not again and again.
    """
    visit = await Visit(SmallHouse(answering(), authenticator=Hesitating(1)), a_chat_body()).serve()

    assert "acme" == (visit.log.caller and visit.log.caller.tenant)
    with pytest.raises(KeyAwaited):
        await Visit(SmallHouse(authenticator=Hesitating(2)), a_chat_body()).serve()


@in_virtual_time
async def test_nothing_is_reserved_for_a_request_that_cannot_be_read() -> None:
    """
    A refusal by the language takes nothing from any limit.
    """
    visit = Visit(SmallHouse(), b"no json")

    with pytest.raises(Refusal):
        await visit.serve()

    assert ([], []) == (visit.house.ledger.reserved, visit.house.transport.asked)


@in_virtual_time
async def test_nothing_is_sent_before_the_reservation_is_granted() -> None:
    """
    The ledger's answer is waited for.
    """
    house = SmallHouse(answering(), ledger=SpyLedger(answers=False))
    task = asyncio.ensure_future(Visit(house, a_chat_body()).serve())

    await settle_down()

    assert [] == house.transport.asked
    task.cancel()


@in_virtual_time
async def test_an_answer_is_carried_to_the_caller() -> None:
    """
    From the head of the request to the last byte of the answer.
    """
    visit = await Visit(SmallHouse(answering()), a_chat_body()).serve()

    assert (200, WHOLE_ANSWER, True) == (visit.reply.status, visit.reply.body, visit.reply.is_ended)
    assert ["req_1"] == [reservation.reservation_id for reservation in visit.house.ledger.reserved]


@in_virtual_time
async def test_what_the_caller_left_out_policy_fills_in() -> None:
    """
    Before the request is sealed, so that what is sent is what was looked at.
    """
    kind = Listening()
    house = SmallHouse(answering(), defaults={"temperature": 0.2})
    house.pipeline._dispatcher._kinds = {"scripted": kind}  # type: ignore[dict-item]

    await Visit(house, a_chat_body()).serve()

    assert 0.2 == kind.requests[0].request.body["temperature"]


@in_virtual_time
async def test_a_request_that_stays_home_is_offered_to_home_alone() -> None:
    """
    Outside targets of the same route are not even asked when home is down.
    """
    targets = (a_target("outside"), a_target("home", Residency.ON_PREMISES))
    transport = ScriptedTransport(ConnectFailed("down"), ConnectFailed("down"))
    house = SmallHouse(transport, targets=targets, clearance=Clearance.ON_PREMISES)

    with pytest.raises(UpstreamUnreachable):
        await Visit(house, a_chat_body()).serve()

    assert ["home", "home"] == transport.asked


@in_virtual_time
async def test_an_exchange_lives_under_the_policies_it_began_with() -> None:
    """
    A reload in mid-stream changes the next exchange, not this one.
    """
    house = SmallHouse(ScriptedTransport(ScriptedReply(delta_event(), SILENCE)))
    visit = Visit(house, a_chat_body(stream=True))
    task = asyncio.ensure_future(visit.serve())
    await settle_down()

    house.pipeline._desk.book = a_book(model="renamed")
    task.cancel()
    await asyncio.wait([task])
    house.pipeline.settle(visit.log, Ending.CALLER_LEFT)

    assert ("v1", "deepseek-chat") == (house.outcome.policy_version, house.outcome.model)


@in_virtual_time
async def test_a_settled_exchange_is_told_to_every_room() -> None:
    """
    The ledger gets the usage, the listeners the outcome; once each.
    """
    visit = await Visit(SmallHouse(answering()), a_chat_body()).serve()

    visit.house.pipeline.settle(visit.log, Ending.FINISHED)

    outcome = visit.house.outcome
    assert [(visit.house.ledger.reserved[0], [1, outcome.usage.total_tokens])] == visit.house.ledger.settled
    assert 14 == outcome.usage.total_tokens


@in_virtual_time
async def test_an_exchange_without_a_reservation_is_told_but_not_settled() -> None:
    """
    There is nothing to give back.
    """
    visit = Visit(SmallHouse(), b"no json")

    visit.house.pipeline.settle(visit.log, Ending.REFUSED)

    assert [] == visit.house.ledger.settled
    assert Usage() == visit.house.outcome.usage


@in_virtual_time
async def test_no_sign_of_life_outlives_an_exchange() -> None:
    """
    However it ends, the heartbeat is stopped.
    """
    house = SmallHouse(ScriptedTransport(SILENCE), quiet_seconds=10.0)
    visit = Visit(house, a_chat_body(stream=True))
    task = asyncio.ensure_future(visit.serve())
    await settle_down()

    task.cancel()
    await asyncio.sleep(60)

    assert [] == visit.reply.writes


@in_virtual_time
async def test_the_answer_names_the_model_by_policy_not_by_what_was_typed() -> None:
    """
    Metrics and logs only ever see names of the policy.
    """
    house = SmallHouse(answering())
    visit = Visit(
        house, orjson.dumps({"model": "typed by a stranger", "messages": [{"role": "user", "content": "x"}]})
    )

    with pytest.raises(Refusal):
        await visit.serve()

    house.pipeline.settle(visit.log, Ending.REFUSED)
    assert house.outcome.model is None


@in_virtual_time
async def test_whoever_is_refused_or_leaves_before_the_call_gives_their_claim_of_it_back() -> None:
    """
    The look claimed it in the same moment in which the limits were asked.
    """
    refused = Verdict(is_granted=False, standings=(Standing(0, 9),) * 2, failed=0, retry_ms=9)
    for ledger in (SpyLedger(refused), SpyLedger(answers=False)):
        board = MemoryBoard()
        house = SmallHouse(ledger=ledger, board=board, cache=some_cache_terms())
        door = ScriptedDoorway(a_chat_body())
        task = await house.visited(door)
        door.leave()
        await asyncio.wait([task])

        assert ["claim", "release"] == board.calls
        assert [] == house.transport.asked


@pytest.mark.parametrize(
    ("fields", "calls"),
    [
        ({"user": "app", "user_id": "bob"}, 2),
        ({"user": "other", "user_id": "ann"}, 1),
        ({"user": "ann"}, 1),
        ({"safety_identifier": "ann"}, 1),
        ({"safety_identifier": "bob"}, 2),
    ],
)
async def test_who_asks_is_the_same_person_for_the_cache_as_for_the_limits(
    fields: dict[str, Any], calls: int
) -> None:
    """
    Where a request names somebody in `user` and somebody in `user_id`, it is the latter.
    """
    answer = b'{"id":"1","choices":[{"index":0,"message":{"content":"Hello"},"finish_reason":"stop"}]}'
    house = SmallHouse(
        ScriptedTransport(ScriptedReply(answer), ScriptedReply(answer)), cache=some_cache_terms(scope="user")
    )

    first: dict[str, Any] = {"user": "app", "user_id": "ann"}
    for named in (first, fields):
        visit = await Visit(house, a_chat_body(**named)).serve()
        house.pipeline.settle(visit.log, Ending.FINISHED)
        await settle_down()

    assert calls == len(house.transport.calls)
