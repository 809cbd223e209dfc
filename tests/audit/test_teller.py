"""The one who makes facts out of what happened."""

from pathlib import Path
from typing import Literal

import pytest

from gateway.audit.catalogue import CATALOGUE, RequestEnded, Try
from gateway.audit.content import ContentStore
from gateway.audit.disk import Disk
from gateway.audit.keeper import Keeper
from gateway.audit.layout import Layout
from gateway.audit.lookup_keys import LookupKeys
from gateway.audit.subject_keys import ContentKey
from gateway.audit.teller import Ended, Running, Teller, weight_of, weight_of_body
from gateway.audit.terms import AuditTerms
from gateway.foundation.state_store import MemoryStateStore
from gateway.vocabulary.cache_use import CacheUse
from gateway.vocabulary.outcome import Outcome
from gateway.vocabulary.protection import Protection
from gateway.vocabulary.residency import Clearance
from gateway.vocabulary.usage import Usage
from tests.fakes.audit_side import some_keys
from tests.fakes.builders import a_delta, an_arrival, an_attempt, an_outcome

TIME = "2027-01-15T08:00:00.000000Z"


def a_teller(folder: Path = Path("/nowhere")) -> Teller:
    store = MemoryStateStore()
    return Teller(LookupKeys(some_keys(store), store), lambda: ContentStore(Layout(folder), Disk()))


def ended(outcome: Outcome, running: Running | None = None) -> RequestEnded:
    event, facts = a_teller().ended(Ended(outcome, running), TIME)
    assert isinstance(facts, CATALOGUE[event])
    assert isinstance(facts, RequestEnded)
    return facts


def test_every_try_is_told() -> None:
    """
    Where, as which model, what came of it and how long it took, in microseconds.
    """
    attempts = (an_attempt("deepseek", "upstream_error"), an_attempt("house"))

    tries = ended(an_outcome(attempts=attempts)).tries

    assert Try(
        upstream="deepseek", model="deepseek-model", residency="external", status=200,
        error="upstream_error", micros=500_000,
    ) == tries[0]  # fmt: skip
    assert ["deepseek", "house"] == [one.upstream for one in tries]


def test_what_an_answer_cost_is_told_by_currency() -> None:
    """
    In millionths; dollars have a field of their own, and what has no known price has none.
    """
    facts = ended(an_outcome(costs={"USD": 1_200, "CNY": 8_400}))
    unknown = ended(an_outcome())

    assert (1_200, {"CNY": 8_400}) == (facts.cost_micro_dollars, facts.other_costs)
    assert (None, {}) == (unknown.cost_micro_dollars, unknown.other_costs)


def test_times_are_whole_numbers() -> None:
    """
    A fraction could be written in two ways, and hashed in two.
    """
    facts = ended(an_outcome(first_token_seconds=0.250_000_4, total_seconds=1.5))

    assert (250_000, 1_500_000) == (facts.first_token_micros, facts.total_micros)


def test_what_was_done_about_private_data_is_told_in_counts() -> None:
    """
    By kind and action; a record holds no value.
    """
    counts = (("email", "token", 2), ("phone", "mask", 1))
    protection = Protection("baseline", Clearance.EXTERNAL, counts, restored=2)

    redaction = ended(an_outcome(protection=protection)).redaction

    assert redaction is not None
    assert ("baseline", {"email/token": 2, "phone/mask": 1}, 2) == (
        redaction.profile,
        redaction.counts,
        redaction.restored,
    )


def test_without_a_key_a_value_is_left_out() -> None:
    """
    Rather than written in any other way.
    """
    facts = ended(an_outcome(), Running(AuditTerms(), {"user": "maria"}))

    assert (None, None) == (facts.subject, facts.address)


@pytest.mark.parametrize("room", [4, 100])
def test_a_text_that_was_too_long_is_said_to_be_cut(tmp_path: Path, room: int) -> None:
    """
    So that nobody takes its beginning for the whole.
    """
    keeper = Keeper(room)
    keeper.feed(a_delta())
    running = Running(AuditTerms(), {}, ContentKey("00", bytes(32)), keeper)

    _, facts = a_teller(tmp_path).ended(Ended(an_outcome(), running), TIME)

    assert isinstance(facts, RequestEnded)
    assert [(room < 50, keeper.size)] == [(text.is_cut, text.size) for text in facts.content]


@pytest.mark.parametrize(
    ("announced", "weight"), [(b"2048", 3), (b"10", 1), (b"", 1), (b"9" * 30, 1), (b"x", 1)]
)
def test_a_request_that_is_kept_weighs_what_it_announced(announced: bytes, weight: int) -> None:
    """
    So that large requests do not fill the memory while a disk is slow.
    """
    assert weight == weight_of_body(an_arrival(headers={b"content-length": announced}))


def test_an_ending_weighs_what_it_keeps() -> None:
    """
    So that the queue is bounded in bytes too.
    """
    keeper = Keeper()
    for _ in range(100):
        keeper.feed(a_delta("x" * 1_000))

    assert 1 == weight_of(None)
    assert 100 < weight_of(Running(AuditTerms(), {}, None, keeper)) < 120


@pytest.mark.parametrize("result", ["hit", "collapsed"])
def test_an_answer_that_nothing_left_the_house_for_is_an_event_of_its_own(
    result: Literal["hit", "collapsed"],
) -> None:
    """
    It names no place, and what it would have consumed and cost.
    """
    use = CacheUse(result, "", 12, Usage(7, 5), {"USD": 9, "CNY": 60})
    event, _ = a_teller().ended(Ended(an_outcome(attempts=(), cache=use), None), TIME)
    facts = ended(an_outcome(attempts=(), cache=use))

    assert "request.cached" == event
    cached = {"result": result, "age_seconds": 12, "saved_prompt": 7, "saved_completion": 5}
    assert ((), cached) == (facts.tries, facts.cache)
    assert {"USD": 9, "CNY": 60} == facts.saved_costs


def test_whoever_took_over_a_shared_call_has_completed_one() -> None:
    """
    The places that it reached are named.
    """
    outcome = an_outcome(attempts=(an_attempt(),), cache=CacheUse("collapsed"))
    event, facts = a_teller().ended(Ended(outcome, None), TIME)

    assert isinstance(facts, RequestEnded)
    assert ("request.completed", 1, False) == (event, len(facts.tries), facts.admitted)
