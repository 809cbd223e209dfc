"""Nothing is told to an administrator before it is on the disk who asked."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.lookup_keys import LookupKeys
from gateway.audit.refusals import AuditUnavailable
from gateway.audit.review.errand import Order
from gateway.audit.review.errands import Errands, NotInTheLog
from gateway.audit.review.inspector import Inspector
from gateway.audit.review.question import Question
from gateway.audit.review.reader import LogReader, Reading
from gateway.audit.slips import NotWritten
from gateway.foundation.clock import FakeClock
from gateway.foundation.last_tasks import cancel_all
from gateway.foundation.state_store import MemoryStateStore
from tests.fakes.audit_side import SilentScribe, some_keys

_ALL, _OWN = Reading("_gateway/auditor", None), Reading("acme/auditor", "acme")


class Answers(Errands):
    """Children who say what they are told to, and keep their orders."""

    def __init__(self, *answers: Any) -> None:
        super().__init__()
        self.orders: list[Order] = []
        self._answers = list(answers)

    async def run(self, order: Order) -> Any:
        self.orders.append(order)
        return self._answers.pop(0)


class BrokenScribe(SilentScribe):
    """A scribe whose disk is gone."""

    def put(self, make: Any, subject: Any, **how: Any) -> None:  # noqa: ARG002 - as a scribe has it
        how["waiter"].set_exception(NotWritten("no device"))


def _reader(answers: Answers, scribe: SilentScribe, state: Path = Path("/nowhere")) -> LogReader:
    store = MemoryStateStore()
    inspector = Inspector([], answers, state, host="web1", clock=FakeClock())
    return LogReader(
        [Path("/log")], answers, scribe, LookupKeys(some_keys(store), store), inspector=inspector
    )


async def test_a_look_is_put_down_with_what_was_found() -> None:
    """
    Who, which question, whose records, how many.
    """
    scribe, answers = SilentScribe(), Answers([{"seq": 1}, {"seq": 2}])

    found = await _reader(answers, scribe).records(_ALL, Question(model="m"), ["seq"], "rows")

    ((_, (event, facts), _),) = scribe.put_so_far
    assert "audit.read" == event
    assert [{"seq": 1}, {"seq": 2}] == found
    assert ("query", "_gateway/auditor", 2, {"model": "m", "limit": 100, "format": "rows"}) == (
        facts.act, facts.actor, facts.records, facts.what,
    )  # fmt: skip


async def test_what_cannot_be_put_down_is_not_told() -> None:
    """
    The search was done, and its answer stays here.
    """
    with pytest.raises(AuditUnavailable, match="nothing is shown"):
        await _reader(Answers([]), BrokenScribe()).records(_ALL, Question(), ["seq"], "rows")


async def test_a_reader_of_a_tenant_asks_about_that_tenant() -> None:
    """
    Whatever the question says.
    """
    answers = Answers([], {"period": [{"records": 0}]})
    reader = _reader(answers, SilentScribe())

    await reader.records(_OWN, Question(tenant="bolt"), ["seq"], "rows")
    await reader.report(_OWN, Question())

    assert ["acme", "acme"] == [order.question.tenant for order in answers.orders]


async def test_a_proof_of_another_tenants_request_is_not_looked_for() -> None:
    """
    The child is sent for one that cannot be there.
    """

    class Finds(Answers):
        async def run(self, order: Order) -> Any:
            self.orders.append(order)
            if order.act == "proof":
                raise NotInTheLog("no")
            return []

    answers = Finds()
    with pytest.raises(NotInTheLog):
        await _reader(answers, SilentScribe()).proof(_OWN, "req_of_bolt")

    assert ["", "-"] == [order.request_id for order in answers.orders]


async def test_a_value_without_a_key_sends_no_child() -> None:
    """
    And the look is put down all the same.
    """
    answers, scribe = Answers(), SilentScribe()

    assert [] == await _reader(answers, scribe).lookup(_ALL, "acme", "maria", ())

    ((_, (_, facts), _),) = scribe.put_so_far
    assert ([], "hash", "acme") == (
        answers.orders,
        facts.act,
        facts.tenant,
    )


async def test_a_verification_is_put_down_when_it_begins_and_when_it_is_told(tmp_path: Path) -> None:
    """
    Not when somebody asks whether it is over: that tells nothing of the log.
    """
    scribe = SilentScribe()
    reader = _reader(Answers([{"good": False}]), scribe, tmp_path)
    begun = await reader.begin_verification(_ALL, ["key"])
    asked = await reader.verification(_ALL, begun.id)
    task = asyncio.ensure_future(reader.inspector.run())
    async with asyncio.timeout(10):
        while (one := await reader.verification(_ALL, begun.id)) is not None and one.is_good is None:  # noqa: ASYNC110 - a task ends it
            await asyncio.sleep(0.002)
    await cancel_all([task])

    whats = [dict(facts.what) for _, (_, facts), _ in scribe.put_so_far]
    assert (asked, None) == (begun, await reader.verification(_ALL, "ver_other"))
    assert [
        {"verification": begun.id, "state": "running"},
        {"verification": begun.id, "good": False},
    ] == whats
    with pytest.raises(AuditUnavailable, match="nothing is shown"):
        await _reader(Answers(), BrokenScribe(), tmp_path).verification(_ALL, begun.id)
