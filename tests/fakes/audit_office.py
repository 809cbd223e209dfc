"""A log of some exchanges, and whoever prunes it; on a clock that is moved."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from gateway.audit.eraser import Eraser
from gateway.audit.expiry import Expirer
from gateway.audit.room import AuditRoom, AuditSettings
from gateway.audit.subject_export import SubjectExporter
from gateway.audit.terms import AuditTerms, Level
from gateway.audit.verify.folder import LogReport, verify_folder
from gateway.foundation.clock import FakeClock
from gateway.foundation.keys import GATEWAY
from gateway.foundation.state_store import MemoryStateStore
from tests.fakes.audit_side import an_admission, records_in, some_keys
from tests.fakes.builders import a_caller, a_delta, a_sealed_request, an_arrival, an_outcome

ACTOR = "cli:tests"
KEPT = AuditTerms(level=Level.REQUEST_RESPONSE)


class OfficeSide:
    """One gateway's log and state; `session` begins a process that writes, `close` ends it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.store = MemoryStateStore()
        self.keys = some_keys(self.store)
        self._count = 0

    async def session(self, segment_bytes: int = 1_000_000) -> "OfficeSide":
        """Begin a process."""
        await self.keys.ensure([GATEWAY, "acme"])
        settings = AuditSettings(
            folders=(self.folder,), host="web1", slot=1, version="1", segment_bytes=segment_bytes
        )
        self.room = AuditRoom(settings, self.keys, self.store, clock=self.clock, tell=lambda _: None)
        await self.room.open()
        await self.room.ensure(["acme"])
        self.eraser = Eraser(self.room, self.store, clock=self.clock, actor=ACTOR)
        self.expirer = Expirer(self.room, self.eraser.holds, clock=self.clock, actor=ACTOR)
        self.exporter = SubjectExporter(self.room, self.eraser, clock=self.clock, actor=ACTOR)
        return self

    async def ask(self, user: str | None, terms: AuditTerms = KEPT, *, bearer: str | None = None) -> None:
        """Serve one request of this user, with a token of this person."""
        self._count += 1
        arrival = an_arrival(request_id=f"req_{self._count}")
        fields: dict[str, Any] = {} if user is None else {"user": user}
        caller = replace(a_caller(), user=bearer)
        admission = msgspec.structs.replace(an_admission(terms, arrival, **fields), caller=caller)
        await self.room.trail.admit(a_sealed_request(), admission)
        for stage in self.room.trail.around(arrival, (_Stage(),))[1:]:
            stage.feed(a_delta(f"an answer to {user or bearer}"))
        self.room.trail.exchange_ended(an_outcome(arrival=arrival, caller=caller))
        self.room.scribe.turn()

    async def close(self) -> LogReport:
        """End the process, and check the log."""
        await self.room.close()
        return verify_folder(self.folder)

    def lose_the_disk(self) -> None:
        """Let the open file fail, and no other writer begin."""
        writer = self.room.scribe._writer
        assert writer is not None
        os.close(writer._descriptor)
        writer._descriptor = os.open(os.devnull, os.O_RDONLY)
        (self.folder / "origin").unlink()

    def events(self) -> list[str]:
        """Return every event so far that is not the log's own."""
        self.room.scribe.turn()
        events = [record["event"] for record in records_in(self.folder)]
        return [event for event in events if not event.startswith(("log.o", "log.c", "log.h", "log.r"))]

    def texts(self) -> int:
        """Return how many texts are kept."""
        return len(list(self.folder.glob("content/*/*")))


class _Stage:
    def feed(self, frame: Any) -> Any:
        return (frame,)

    def finish(self) -> Any:
        return ()
