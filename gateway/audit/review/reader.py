"""The one who lets administrators read the log: a child looks, and the look is recorded before it is told."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from gateway.audit.catalogue import AuditRead
from gateway.audit.lookup_keys import LookupKeys
from gateway.audit.refusals import AuditUnavailable
from gateway.audit.review.errand import Order
from gateway.audit.review.errands import Errands
from gateway.audit.review.inspector import LONGEST_SECONDS, Inspector, Verification
from gateway.audit.review.lookup import KINDS, hashes_of
from gateway.audit.review.question import Question
from gateway.audit.room import AuditRoom, AuditSettings
from gateway.audit.scribe import Scribe
from gateway.audit.slips import NotWritten, given
from gateway.foundation.clock import Clock

_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads, and the tenant to which their reach is bound, if it is."""

    actor: str
    tenant: str | None


class LogReader:
    """
    Answer questions about the log, each only once it is on the disk who asked it.

    Of a reader who is bound to a tenant, every question is one about that
    tenant.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        errands: Errands,
        scribe: Scribe,
        lookups: LookupKeys,
        *,
        inspector: Inspector,
    ) -> None:
        self.inspector = inspector
        self._folders = tuple(str(folder) for folder in folders)
        self._errands = errands
        self._scribe = scribe
        self._lookups = lookups

    async def records(
        self, reading: Reading, question: Question, columns: Sequence[str], form: str
    ) -> list[Any]:
        """Return the records of a question."""
        bound = _bound(question, reading)
        found: list[Any] = await self._run("records", question=bound, columns=tuple(columns), form=form)
        await self._record(reading, "query", _said(bound) | {"format": form}, len(found))
        return found

    async def report(self, reading: Reading, question: Question) -> Any:
        """Return a period, summed up."""
        bound = _bound(question, reading)
        found = await self._run("report", question=bound)
        await self._record(reading, "report", _said(bound), int(found["period"][0]["records"]))
        return found

    async def proof(self, reading: Reading, request_id: str) -> Any:
        """Return the proof of a request, or raise `NotInTheLog` also where it is another tenant's."""
        if reading.tenant is not None:
            question = Question(tenant=reading.tenant, request_id=request_id)
            if not await self._run("records", question=question, form="ecs"):
                request_id = "-"
        found = await self._run("proof", request_id=request_id)
        await self._record(reading, "prove", {"request_id": request_id}, len(found["records"]))
        return found

    async def begin_verification(self, reading: Reading, pins: Sequence[str]) -> Verification:
        """Begin a check of the whole log, or join the one that runs."""
        one = await asyncio.to_thread(self.inspector.begin, pins)
        await self._record(reading, "verify", {"verification": one.id, "state": one.status}, 0)
        return one

    async def verification(self, reading: Reading, verification_id: str) -> Verification | None:
        """Return how a check goes; what it found is told once it is on the disk who looked at that."""
        one = await asyncio.to_thread(self.inspector.find, verification_id)
        if one is not None and one.is_good is not None:
            await self._record(reading, "verify", {"verification": one.id, "good": one.is_good}, 0)
        return one

    async def lookup(self, reading: Reading, tenant: str, value: str, kinds: Sequence[str]) -> Any:
        """Return where a value was seen; neither the child nor the log is told the value."""
        periods = [period.name for period in self._lookups.periods(tenant)]
        sightings = hashes_of(
            value,
            kinds or KINDS,
            periods,
            lambda what, kind, period: self._lookups.hash(tenant, kind, what, period),
        )
        found = await self._run("lookup", sightings=tuple(sightings)) if sightings else []
        hashes = ",".join(one.hash for one in sightings)[:1000]
        await self._record(reading, "hash", {"hashes": hashes}, sum(one["records"] for one in found), tenant)
        return found

    async def _run(self, act: str, **details: Any) -> Any:
        return await self._errands.run(Order(act=act, folders=self._folders, **details))

    async def _record(
        self, reading: Reading, act: str, what: dict[str, Any], records: int, tenant: str | None = None
    ) -> None:
        whose = tenant or what.get("tenant") or reading.tenant
        facts = AuditRead(act=act, actor=reading.actor, tenant=whose, what=what, records=records)
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._scribe.put(given, ("audit.read", facts), waiter=waiter)
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await waiter
        except (NotWritten, TimeoutError) as error:
            raise AuditUnavailable(
                "The look could not be recorded, so nothing is shown. Try again shortly.", retry_after=5.0
            ) from error


def log_reader(settings: AuditSettings, room: AuditRoom, clock: Clock) -> LogReader:
    """Return the reader of the log that a process with these settings writes."""
    inspector = Inspector(
        settings.folders,
        Errands(LONGEST_SECONDS),
        settings.state_dir or settings.folders[0].parent,
        host=settings.host,
        clock=clock,
    )
    return LogReader(settings.folders, Errands(), room.scribe, room.lookups, inspector=inspector)


def _bound(question: Question, reading: Reading) -> Question:
    return question if reading.tenant is None else msgspec.structs.replace(question, tenant=reading.tenant)


def _said(question: Question) -> dict[str, Any]:
    said = {name: getattr(question, name) for name in question.__struct_fields__}
    return {name: value for name, value in said.items() if value is not None}
