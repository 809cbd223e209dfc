"""How the records of a request begin."""

import asyncio
from dataclasses import replace
from functools import cache

import msgspec
from hypothesis import given
from hypothesis import strategies as some

from gateway.audit.catalogue import Exchange
from gateway.audit.lookup_keys import LookupKeys
from gateway.audit.openings import Openings, rest_of
from gateway.audit.record import tail_of
from gateway.audit.running import Opening, Running
from gateway.foundation.keys import GATEWAY
from gateway.foundation.state_store import MemoryStateStore
from gateway.vocabulary.residency import Clearance
from tests.fakes.audit_side import an_admission, some_keys
from tests.fakes.builders import a_caller, an_arrival, an_outcome

JANUARY, FEBRUARY = "2027-01", "2027-02"
TEXTS = some.text(max_size=20)


@cache
def lookups() -> LookupKeys:
    async def opened() -> LookupKeys:
        store = MemoryStateStore()
        keys = some_keys(store)
        await keys.ensure([GATEWAY, "acme"])
        found = LookupKeys(keys, store)
        await found.ensure([GATEWAY, "acme"], [JANUARY, FEBRUARY])
        return found

    return asyncio.run(opened())


def read(opening: Opening) -> Exchange:
    """Return what an opening says, after seeing that the catalogue would write the same bytes."""
    tail = opening.who + opening.what + b"}"
    facts = msgspec.json.decode(b"{" + tail[1:], type=Exchange)
    assert tail_of(facts) == tail
    return facts


def a_running(subject: str = "maria") -> Running:
    return Running(an_admission(user=subject), {}, Clearance.EXTERNAL, None)


@given(request_id=TEXTS, path=TEXTS, name=TEXTS, policy=TEXTS, trace_id=TEXTS, streamed=some.booleans())
def test_an_opening_is_written_as_the_catalogue_says(
    *, request_id: str, path: str, name: str, policy: str, trace_id: str, streamed: bool
) -> None:
    """
    Though most of it is kept from another request: byte for byte what the struct encodes to.
    """
    outcome = an_outcome(
        arrival=an_arrival(request_id=request_id, path=path), caller=replace(a_caller(), credential_id=name),
        model=name, policy_version=policy, trace_id=trace_id, streamed=streamed,
    )  # fmt: skip

    facts = read(Openings(lookups()).write(outcome, name or None, JANUARY))

    subject = lookups().hash("acme", "subject", name, JANUARY) if name else None
    assert (request_id, path, name, name, policy, trace_id or None, streamed, subject) == (
        facts.request_id, facts.path, facts.credential, facts.model, facts.policy, facts.trace_id,
        facts.stream, facts.subject,
    )  # fmt: skip


def test_both_records_of_a_request_begin_alike() -> None:
    """
    The opening is written with the first, and taken over by the second.
    """
    openings, running = Openings(lookups()), a_running()

    first = openings.of_request(running, JANUARY)

    assert first is openings.of_request(running, JANUARY)
    assert lookups().hash("acme", "subject", "maria", JANUARY) == read(first).subject


def test_the_hashes_of_a_record_are_those_of_its_month() -> None:
    """
    Also where a request began in the month before: with that month's key it is found.
    """
    openings, running = Openings(lookups()), a_running()

    january, february = (read(openings.of_request(running, month)) for month in (JANUARY, FEBRUARY))

    assert january.request_id == february.request_id
    assert lookups().hash("acme", "subject", "maria", FEBRUARY) == february.subject
    assert january.subject != february.subject


def test_what_is_alike_is_no_other_persons() -> None:
    """
    Two people who ask the same have their own hashes.
    """
    openings = Openings(lookups())

    maria, jo = (read(openings.of_request(a_running(name), JANUARY)) for name in ("maria", "jo"))

    assert maria.subject != jo.subject
    assert (maria.tenant, maria.path, maria.model) == (jo.tenant, jo.path, jo.model)


def test_a_stranger_has_an_address_under_the_key_of_the_gateway() -> None:
    """
    No tenant is known yet, and so none is named.
    """
    facts = read(Openings(lookups()).write(an_outcome(caller=None), None, JANUARY))

    assert (None, None, None) == (facts.tenant, facts.credential, facts.subject)
    assert lookups().hash(GATEWAY, "address", an_arrival().peer, JANUARY) == facts.address


def test_an_address_is_that_of_the_caller_behind_a_proxy() -> None:
    """
    Whoever knows the proxies says from where a request comes.
    """
    openings = Openings(lookups(), lambda arrival: arrival.headers[b"x-forwarded-for"].decode())
    arrival = an_arrival(headers={b"x-forwarded-for": b"203.0.113.9"})

    facts = read(openings.write(an_outcome(arrival=arrival), None, JANUARY))

    assert lookups().hash("acme", "address", "203.0.113.9", JANUARY) == facts.address


def test_the_rest_of_a_record_follows_its_opening() -> None:
    """
    What tells nothing of who asked what is the same struct without its beginning.
    """
    assert b',"path":"/v1"}' == rest_of(Exchange(request_id="", path="/v1"))
