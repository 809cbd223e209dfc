"""The one who writes down what happened, and who alone lets a request leave."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.content import ContentStore
from gateway.audit.keeper import Keeper
from gateway.audit.layout import Layout
from gateway.audit.lookup_keys import LookupKeys
from gateway.audit.refusals import AuditUnavailable
from gateway.audit.scribe import Scribe
from gateway.audit.strangers import BURST
from gateway.audit.subject_keys import ContentKey, SubjectKeys
from gateway.audit.teller import Teller
from gateway.audit.terms import AuditTerms, Level
from gateway.audit.trail import Trail
from gateway.foundation.keys import GATEWAY
from gateway.vocabulary.cache_use import CacheUse
from gateway.vocabulary.ending import Ending
from gateway.vocabulary.notice import Notice
from tests.fakes.audit_side import Desk, an_admission, records_in
from tests.fakes.builders import a_delta, a_sealed_request, an_arrival, an_outcome
from tests.fakes.sick_disk import SickDisk

PERIODS = ("2027-01",)


def kept_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("content/*/*"))


class Room:
    """A trail over a real log, one turn after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.disk = SickDisk()
        self.desk = Desk(folder, disk=self.disk)
        self.lookups = LookupKeys(self.desk.keys, self.desk.store)
        self.subjects = SubjectKeys(self.desk.keys, self.desk.store, self.desk.clock)
        self.contents = ContentStore(Layout(folder), self.disk)

    async def open(self) -> "Room":
        self.scribe: Scribe = await self.desk.open()
        await self.lookups.ensure([GATEWAY, "acme"], PERIODS)
        teller = Teller(self.lookups, lambda: self.contents)
        self.trail = Trail(self.scribe, teller, self.subjects, self.desk.clock)
        return self

    def written(self) -> list[dict[str, Any]]:
        self.scribe.turn()
        return [record for record in records_in(self.folder) if not record["event"].startswith("log.")]


async def test_a_permit_names_the_request_and_where_it_may_go(tmp_path: Path) -> None:
    """
    It holds the sealed request itself and every permitted destination; so does its record.
    """
    room, sealed = await Room(tmp_path).open(), a_sealed_request()

    admitted = await room.trail.admit(sealed, an_admission())

    assert ("req_1", ("first",)) == (admitted.request_id, admitted.destinations)
    assert sealed is admitted.sealed
    record = room.written()[0]
    assert ("request.admitted", [{"upstream": "first", "residency": "external"}], "metadata", "external") == (
        record["event"], record["destinations"], record["level"], record["clearance"],
    )  # fmt: skip


async def test_an_exchange_has_two_records(tmp_path: Path) -> None:
    """
    One before it leaves, one when it ended; both name it.
    """
    room = await Room(tmp_path).open()
    await room.trail.admit(a_sealed_request(), an_admission(user="maria"))

    room.trail.exchange_ended(an_outcome())

    first, second = room.written()
    assert ("request.admitted", "request.completed") == (first["event"], second["event"])
    assert first["request_id"] == second["request_id"]
    assert first["subject"] == second["subject"]
    assert second["admitted"]
    assert {"prompt": 7, "completion": 5, "cache_hit": 4, "reasoning": 2} == second["tokens"]


@pytest.mark.parametrize(
    ("ending", "is_admitted", "event"),
    [
        (Ending.FINISHED, True, "request.completed"),
        (Ending.UPSTREAM_BROKE, True, "request.failed"),
        (Ending.TIMED_OUT, True, "request.failed"),
        (Ending.UPSTREAM_BROKE, False, "request.failed"),
        (Ending.TIMED_OUT, False, "request.failed"),
        (Ending.REFUSED, True, "request.failed"),
        (Ending.REFUSED, False, "request.blocked"),
        (Ending.CALLER_LEFT, True, "request.cancelled"),
        (Ending.CALLER_LEFT, False, "request.cancelled"),
    ],
)
async def test_an_ending_is_an_event(tmp_path: Path, ending: Ending, is_admitted: object, event: str) -> None:
    """
    What the gateway refused before anything left is told from what failed after.
    """
    room = await Room(tmp_path).open()
    if is_admitted:
        await room.trail.admit(a_sealed_request(), an_admission())

    room.trail.exchange_ended(an_outcome(ending=ending, attempts=()))

    assert event == room.written()[-1]["event"]


async def test_personal_values_are_keyed_hashes(tmp_path: Path) -> None:
    """
    Neither the address nor the user stands in the log; the same value has the same hash.
    """
    room = await Room(tmp_path).open()
    for number in (1, 2):
        arrival = an_arrival(request_id=f"req_{number}", peer="203.0.113.77")
        await room.trail.admit(a_sealed_request(), an_admission(arrival=arrival, user="maria@example.com"))
    room.trail.noticed(Notice("credentials.rejected", {"address": "203.0.113.77"}))

    first, second, notice = room.written()

    assert "203.0.113.77" not in str([first, second, notice])
    assert "maria" not in str([first, second])
    assert first["subject"] == second["subject"]
    assert first["address"].startswith("h1:2027-01:")
    # The gateway's own key, so that no tenant's look-up finds it.
    assert notice["facts"]["address"] != first["address"]


async def test_a_refusal_at_the_head_is_recorded_too(tmp_path: Path) -> None:
    """
    Without tenant, model and destination, under the gateway's own key.
    """
    room = await Room(tmp_path).open()

    room.trail.exchange_ended(
        an_outcome(caller=None, model=None, attempts=(), ending=Ending.REFUSED, status=401, code="x")
    )

    record = room.written()[0]
    assert ("request.blocked", "x", 401) == (record["event"], record["code"], record["status"])
    assert not {"tenant", "model", "tries", "admitted"} & record.keys()


async def test_a_refusal_names_the_end_user_too(tmp_path: Path) -> None:
    """
    By the hash of what was admitted, so that a search and an export find what was refused to a person.
    """
    room = await Room(tmp_path).open()
    await room.trail.admit(a_sealed_request(), an_admission(user="maria"))

    refused = an_arrival(request_id="req_2")
    room.trail.exchange_ended(
        an_outcome(arrival=refused, attempts=(), ending=Ending.REFUSED, status=429, end_user="maria")
    )

    admitted, blocked = room.written()
    assert "request.blocked" == blocked["event"]
    assert admitted["subject"] == blocked["subject"]


async def test_no_credential_and_no_query_is_recorded(tmp_path: Path) -> None:
    """
    What a caller sends as a key, wherever it puts it, stays out.
    """
    room = await Room(tmp_path).open()
    arrival = an_arrival(headers={b"authorization": b"Bearer sk-secret"}, query=b"key=sk-secret")
    await room.trail.admit(a_sealed_request(), an_admission(arrival=arrival))

    room.trail.exchange_ended(an_outcome(arrival=arrival))

    assert "sk-secret" not in str(room.written())


@pytest.mark.parametrize("is_strict", [False, True])
async def test_at_level_none_nothing_is_written(tmp_path: Path, is_strict: object) -> None:
    """
    Neither record; the permit is made all the same, and nothing is waited for.
    """
    room = await Room(tmp_path).open()
    terms = AuditTerms(level=Level.NONE, is_strict=bool(is_strict))
    await room.trail.admit(a_sealed_request(), an_admission(terms))

    room.trail.exchange_ended(an_outcome())

    assert [] == room.written()


async def test_a_strict_request_waits_until_it_is_on_the_disk(tmp_path: Path) -> None:
    """
    Nothing leaves before the sync that covers its record.
    """
    room = await Room(tmp_path).open()
    room.scribe.turn()
    admitting = asyncio.ensure_future(
        room.trail.admit(a_sealed_request(), an_admission(AuditTerms(is_strict=True)))
    )
    await asyncio.sleep(0)
    was_done, syncs = admitting.done(), room.disk.syncs

    room.scribe.turn()
    await admitting

    assert (False, 1) == (was_done, room.disk.syncs - syncs)


@pytest.mark.parametrize("is_strict", [False, True])
async def test_without_a_log_nothing_leaves(tmp_path: Path, is_strict: object) -> None:
    """
    503 `audit_unavailable`, and the caller may try again.
    """
    room = await Room(tmp_path).open()
    room.disk.full = True
    room.scribe.turn()
    room.desk.clock.advance(60)
    room.scribe.turn()

    with pytest.raises(AuditUnavailable) as refused:
        await room.trail.admit(a_sealed_request(), an_admission(AuditTerms(is_strict=bool(is_strict))))

    assert (503, "audit_unavailable", True) == (
        refused.value.status, refused.value.code, refused.value.should_retry,
    )  # fmt: skip


async def test_a_strict_request_whose_record_failed_is_refused(tmp_path: Path) -> None:
    """
    Also when the disk fails just then.
    """
    room = await Room(tmp_path).open()
    room.scribe.turn()
    admitting = asyncio.ensure_future(
        room.trail.admit(a_sealed_request(), an_admission(AuditTerms(is_strict=True)))
    )
    await asyncio.sleep(0)
    room.disk.full = True

    room.scribe.turn()

    with pytest.raises(AuditUnavailable):
        await admitting
    room.disk.full = False
    room.trail.exchange_ended(an_outcome(attempts=(), ending=Ending.REFUSED, code="audit_unavailable"))
    room.desk.clock.advance(2)
    assert "request.blocked" == room.written()[-1]["event"]


async def test_a_disk_that_hangs_refuses_in_time(tmp_path: Path) -> None:
    """
    Whoever waits is told after the patience; what is written later stands for no request that left.
    """
    room = await Room(tmp_path).open()
    trail = Trail(
        room.scribe, Teller(room.lookups, lambda: room.contents), room.subjects, room.desk.clock,
        patience_seconds=0.01,
    )  # fmt: skip

    with pytest.raises(AuditUnavailable):
        await trail.admit(a_sealed_request(), an_admission(AuditTerms(is_strict=True)))
    trail.exchange_ended(an_outcome(attempts=(), ending=Ending.REFUSED, code="audit_unavailable"))

    assert ["request.admitted", "request.blocked"] == [record["event"] for record in room.written()]


async def test_where_policy_fails_open_requests_go_on(tmp_path: Path) -> None:
    """
    And are recorded when the disk is back.
    """
    room = await Room(tmp_path).open()
    room.disk.full = True
    room.desk.clock.advance(60)
    room.scribe.turn()

    for strict in (False, True):
        terms = AuditTerms(fails_open=True, is_strict=strict)
        admitting = asyncio.ensure_future(room.trail.admit(a_sealed_request(), an_admission(terms)))
        await asyncio.sleep(0)
        room.scribe.turn()
        assert "req_1" == (await admitting).request_id

    room.disk.full = False
    room.desk.clock.advance(2)
    assert 2 == [record["event"] for record in room.written()].count("request.admitted")


@pytest.mark.parametrize(
    ("level", "kinds"),
    [
        (Level.METADATA, []),
        (Level.REQUEST, ["request"]),
        (Level.REQUEST_RESPONSE, ["request", "response"]),
        (Level.FULL, ["request", "original_request", "response", "original_response"]),
    ],
)
async def test_a_level_says_what_is_kept(tmp_path: Path, level: Level, kinds: list[str]) -> None:
    """
    Each text is encrypted beside the log, under the key of the person, and can be read with it.
    """
    room = await Room(tmp_path).open()
    arrival = an_arrival()
    await room.trail.admit(a_sealed_request(), an_admission(AuditTerms(level=level), arrival, user="maria"))
    stages = room.trail.around(arrival, (Keeper(), Keeper()))
    for stage in stages:
        stage.feed(a_delta("the answer"))

    room.trail.exchange_ended(an_outcome(arrival=arrival))

    kept = [text for record in room.written() for text in record.get("content", ())]
    files = kept_bytes(tmp_path)
    assert kinds == [text["kind"] for text in kept]
    assert b"Hello" not in files
    assert b"the answer" not in files


async def test_without_the_state_store_a_text_cannot_be_kept(tmp_path: Path) -> None:
    """
    Where its key would have to be made; so the request is refused, unless policy fails open.
    """
    room = await Room(tmp_path).open()
    room.desk.store.fail()

    with pytest.raises(AuditUnavailable):
        await room.trail.admit(a_sealed_request(), an_admission(AuditTerms(level=Level.REQUEST)))
    open_terms = AuditTerms(level=Level.REQUEST, fails_open=True)
    await room.trail.admit(a_sealed_request(), an_admission(open_terms))

    assert ["request.admitted"] == [record["event"] for record in room.written()]
    assert {"refused": 1, "no_text": 1} == room.trail.degraded


async def test_an_answer_from_the_cache_has_one_record(tmp_path: Path) -> None:
    """
    When it has ended: nothing left, so nothing was admitted.
    """
    room = await Room(tmp_path).open()
    await room.trail.note(a_sealed_request(), an_admission(user="maria"))

    room.trail.exchange_ended(an_outcome(attempts=(), cache=CacheUse("hit", age_seconds=3)))

    (record,) = room.written()
    assert (
        "request.cached",
        {"result": "hit", "age_seconds": 3, "saved_prompt": 0, "saved_completion": 0},
    ) == (record["event"], record["cache"])
    assert "admitted" not in record
    assert record["subject"]


async def test_noting_what_was_admitted_changes_nothing(tmp_path: Path) -> None:
    """
    The one who calls an upstream has its two records.
    """
    room = await Room(tmp_path).open()
    await room.trail.admit(a_sealed_request(), an_admission())
    await room.trail.note(a_sealed_request(), an_admission())

    room.trail.exchange_ended(an_outcome())

    assert ["request.admitted", "request.completed"] == [record["event"] for record in room.written()]


async def test_the_texts_of_an_answer_from_the_cache_are_kept_as_the_level_says(tmp_path: Path) -> None:
    """
    Question and answer, although neither left the house.
    """
    room = await Room(tmp_path).open()
    terms = AuditTerms(Level.REQUEST_RESPONSE)
    await room.trail.note(a_sealed_request(), an_admission(terms))
    meter, keeper = room.trail.around(an_arrival(), (Keeper(),))
    keeper.feed(a_delta("from the cache"))

    room.trail.exchange_ended(an_outcome(attempts=(), cache=CacheUse("hit")))

    (record,) = room.written()
    assert ["request", "response"] == [content["kind"] for content in record["content"]]
    assert meter is not keeper


async def test_at_level_none_an_answer_from_the_cache_is_not_written_down(tmp_path: Path) -> None:
    """
    As if it had been admitted.
    """
    room = await Room(tmp_path).open()
    await room.trail.note(a_sealed_request(), an_admission(AuditTerms(Level.NONE)))

    room.trail.exchange_ended(an_outcome(attempts=(), cache=CacheUse("hit")))

    assert [] == room.written()


async def test_without_a_log_no_answer_is_given_from_the_cache(tmp_path: Path) -> None:
    """
    Unless policy lets requests go on unrecorded.
    """
    room = await Room(tmp_path).open()
    room.disk.full = True
    room.scribe.turn()
    room.desk.clock.advance(60)
    room.scribe.turn()

    with pytest.raises(AuditUnavailable):
        await room.trail.note(a_sealed_request(), an_admission())
    await room.trail.note(a_sealed_request(), an_admission(AuditTerms(fails_open=True)))


class _LateKeys(SubjectKeys):
    """Keys that come when the test says so."""

    def __init__(self, room: Room) -> None:
        super().__init__(room.desk.keys, room.desk.store, room.desk.clock)
        self.may_come = asyncio.Event()

    async def of(self, tenant: str, subject: str) -> ContentKey:
        """Wait."""
        await self.may_come.wait()
        return await super().of(tenant, subject)


@pytest.mark.parametrize("way", ["admitted", "refused", "cancelled"])
async def test_an_exchange_that_ends_while_its_call_is_admitted_is_written_down_after_it(
    tmp_path: Path, way: str
) -> None:
    """
    Others wait for the call, so it goes on; nothing of the one who left stays in memory.
    """
    room = await Room(tmp_path).open()
    keys = _LateKeys(room)
    trail = Trail(room.scribe, Teller(room.lookups, lambda: room.contents), keys, room.desk.clock)
    terms = AuditTerms(level=Level.REQUEST)
    admitting = asyncio.ensure_future(trail.admit(a_sealed_request(), an_admission(terms)))
    await asyncio.sleep(0)

    trail.exchange_ended(an_outcome(ending=Ending.CALLER_LEFT, attempts=()))
    if way == "refused":
        room.desk.store.fail()
    if way == "cancelled":
        admitting.cancel()
    keys.may_come.set()
    await asyncio.gather(admitting, return_exceptions=True)

    events = ["request.admitted", "request.cancelled"] if way == "admitted" else ["request.cancelled"]
    records = room.written()
    assert events == [record["event"] for record in records]
    assert (way == "admitted") is ("admitted" in records[-1])
    assert not trail._running


async def test_a_flood_of_strangers_is_written_down_in_part_and_counted_in_whole(tmp_path: Path) -> None:
    """
    Nobody without a credential can fill the disk; who has one is always written down.
    """
    room = await Room(tmp_path).open()
    room.scribe.figures.strangers = room.trail.strangers.news
    flood = BURST + 7

    for number in range(flood):
        arrival = an_arrival(request_id=f"req_{number}")
        room.trail.exchange_ended(an_outcome(arrival=arrival, caller=None, ending=Ending.REFUSED, status=401))
    room.trail.exchange_ended(an_outcome(arrival=an_arrival(request_id="known"), ending=Ending.REFUSED))
    room.trail.close()

    written = room.written()
    beats = [one for one in records_in(tmp_path) if one["event"] == "log.heartbeat"]
    assert (BURST + 1, "known") == (len(written), written[-1]["request_id"])
    assert flood - BURST == sum(one.get("strangers", 0) for one in beats)
