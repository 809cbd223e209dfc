"""The one who makes facts out of what happened."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.audit.catalogue import CATALOGUE, Destination, RequestAdmitted, RequestEnded, Try
from gateway.audit.content import ContentStore
from gateway.audit.disk import Disk
from gateway.audit.keeper import Keeper
from gateway.audit.layout import Layout
from gateway.audit.lookup_keys import LookupKeys
from gateway.audit.record import tail_of
from gateway.audit.running import Ended, Running
from gateway.audit.subject_keys import ContentKey
from gateway.audit.teller import Teller
from gateway.audit.terms import AuditTerms, Level
from gateway.foundation.state_store import MemoryStateStore
from gateway.vocabulary.cache_use import CacheUse
from gateway.vocabulary.ending import Ending
from gateway.vocabulary.outcome import Outcome
from gateway.vocabulary.protection import Protection
from gateway.vocabulary.residency import Clearance
from gateway.vocabulary.usage import Usage
from tests.fakes.audit_side import an_admission, some_keys
from tests.fakes.builders import a_caller, a_delta, an_arrival, an_attempt, an_outcome

TIME = "2027-01-15T08:00:00.000000Z"


def a_teller(folder: Path = Path("/nowhere")) -> Teller:
    store = MemoryStateStore()
    return Teller(LookupKeys(some_keys(store), store), lambda: ContentStore(Layout(folder), Disk()))


def ended(outcome: Outcome, running: Running | None = None, teller: Teller | None = None) -> RequestEnded:
    event, tail = (teller or a_teller()).ended(Ended(outcome, running), TIME)
    assert CATALOGUE[event] is RequestEnded
    facts = msgspec.json.decode(b"{" + tail[1:], type=RequestEnded)
    assert tail_of(facts) == tail
    return facts


def permit(running: Running, teller: Teller | None = None) -> RequestAdmitted:
    event, tail = (teller or a_teller()).admitted(running, TIME)
    assert CATALOGUE[event] is RequestAdmitted
    facts = msgspec.json.decode(b"{" + tail[1:], type=RequestAdmitted)
    assert tail_of(facts) == tail
    return facts


def a_running(key: ContentKey | None = None, **fields: Any) -> Running:
    admission = an_admission(**fields)
    return Running(admission, admission.original, Clearance.EXTERNAL, key)


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
    facts = ended(an_outcome(), a_running(user="maria"))

    assert (None, None) == (facts.subject, facts.address)


@pytest.mark.parametrize("room", [4, 100])
def test_a_text_that_was_too_long_is_said_to_be_cut(tmp_path: Path, room: int) -> None:
    """
    So that nobody takes its beginning for the whole.
    """
    keeper = Keeper(room)
    keeper.feed(a_delta())
    running = a_running(ContentKey("00", bytes(32)))
    running.before = keeper

    facts = ended(an_outcome(), running, a_teller(tmp_path))

    assert [(room < 50, keeper.size)] == [(text.is_cut, text.size) for text in facts.content]


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


@pytest.mark.parametrize(
    ("code", "frames", "event"),
    [
        ("shared_answer_lost", 0, "request.failed"),
        ("fell_behind", 3, "request.failed"),
        ("internal_error", 3, "request.failed"),
        ("audit_unavailable", 0, "request.blocked"),
    ],
)
def test_an_answer_that_breaks_off_was_not_refused_at_the_door(code: str, frames: int, event: str) -> None:
    """
    A shared call that is lost, or of which something was told, has failed; one that never left was refused.
    """
    use = CacheUse("collapsed")
    outcome = an_outcome(attempts=(), cache=use, ending=Ending.REFUSED, code=code, frames=frames)

    assert event == a_teller().ended(Ended(outcome, None), TIME)[0]


async def test_an_only_record_names_the_person_of_the_token() -> None:
    """
    Whether it was refused or answered from the cache: else nobody finds what somebody asked.
    """
    store = MemoryStateStore()
    keys = some_keys(store)
    await keys.ensure(["acme"])
    lookups = LookupKeys(keys, store)
    await lookups.ensure(["acme"], ["2027-01"])
    teller = Teller(lookups, lambda: ContentStore(Layout(Path("/nowhere")), Disk()))
    caller = replace(a_caller(), user="jo")
    outcome, running = an_outcome(caller=caller), a_running()

    refused = ended(an_outcome(caller=caller, ending=Ending.REFUSED), teller=teller)
    kept = ended(outcome, msgspec.structs.replace(running, is_admitted=False), teller)
    admitted = ended(outcome, running, teller)

    named = lookups.hash("acme", "user", "jo", "2027-01")
    assert named is not None
    assert (named, named, None) == (refused.user, kept.user, admitted.user)


def test_whoever_took_over_a_shared_call_has_completed_one() -> None:
    """
    The places that it reached are named.
    """
    outcome = an_outcome(attempts=(an_attempt(),), cache=CacheUse("collapsed"))
    event, _ = a_teller().ended(Ended(outcome, None), TIME)
    facts = ended(outcome)

    assert ("request.completed", 1, False) == (event, len(facts.tries), facts.admitted)


def test_a_permit_tells_what_was_done_about_private_data_and_what_is_kept(tmp_path: Path) -> None:
    """
    At its end, and only where there is something to tell.
    """
    plain = a_running()
    protection = Protection("baseline", Clearance.EXTERNAL, (("email", "token", 2),))
    admission = msgspec.structs.replace(
        an_admission(AuditTerms(Level.REQUEST)), protection=protection, caller=replace(a_caller(), user="jo")
    )
    kept = Running(admission, {}, Clearance.EXTERNAL, ContentKey("00", bytes(32)))

    first, second = (permit(running, a_teller(tmp_path)) for running in (plain, kept))

    assert (None, ()) == (first.redaction, first.content)
    assert second.redaction is not None
    assert {"email/token": 2} == second.redaction.counts
    assert ["request"] == [text.kind for text in second.content]


@given(agent=some.none() | some.binary(max_size=200), upstreams=some.lists(some.text(), max_size=3))
def test_a_permit_is_written_as_the_catalogue_says(agent: bytes | None, upstreams: list[str]) -> None:
    """
    Though what is alike in many of them is written once: byte for byte what the struct encodes to.
    """
    headers = {} if agent is None else {b"user-agent": agent}
    places = tuple(Destination(upstream=name, residency="external") for name in upstreams)
    admission = msgspec.structs.replace(
        an_admission(arrival=an_arrival(headers=headers)), destinations=places
    )

    facts = permit(Running(admission, {}, Clearance.EXTERNAL, None))

    assert (None if agent is None else agent[:120].decode("latin-1"), places) == (
        facts.agent,
        facts.destinations,
    )
