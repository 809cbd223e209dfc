"""The writing side of the audit log, as tests want it."""

from pathlib import Path
from typing import Any

import orjson

from gateway.audit.admission import Admission
from gateway.audit.catalogue import Destination
from gateway.audit.content import ContentStore
from gateway.audit.devices import Device, Devices
from gateway.audit.disk import Disk
from gateway.audit.layout import Layout
from gateway.audit.lookup_keys import LookupKeys
from gateway.audit.notary import Notary, origin_of
from gateway.audit.scribe import Scribe
from gateway.audit.signing import SigningKeys
from gateway.audit.slips import Make
from gateway.audit.subject_keys import SubjectKeys
from gateway.audit.teller import Teller
from gateway.audit.terms import AuditTerms
from gateway.audit.trail import Trail
from gateway.foundation.clock import Clock, FakeClock
from gateway.foundation.keys import GATEWAY, TenantKeys
from gateway.foundation.master_key import new_master_key, read_master_key
from gateway.foundation.state_store import MemoryStateStore
from gateway.vocabulary.arrival import Arrival
from tests.fakes.builders import a_caller, a_chat_request, an_arrival

SINCE = "2027-01-15T08:00:00.000000Z"
"""When the fake clock starts."""


class SilentScribe(Scribe):
    """A scribe with no disk: what is put is kept as it came."""

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(
            Devices((), host="web1", slot=0, version="1"), clock or FakeClock(), on_trouble=lambda _: None
        )
        self.trouble = None
        self.put_so_far: list[tuple[Make, Any, dict[str, Any]]] = []

    def put(self, make: Make, subject: Any, **how: Any) -> None:
        """Keep it, and let nobody wait."""
        self.put_so_far.append((make, subject, how))
        if how.get("waiter") is not None:
            how["waiter"].set_result(None)


def some_keys(store: MemoryStateStore) -> TenantKeys:
    """Return the data keys of a new house."""
    return TenantKeys(read_master_key(new_master_key()), store)


def a_trail(clock: Clock | None = None) -> Trail:
    """Return a trail that writes nothing, for houses in memory."""
    clock = clock or FakeClock()
    store = MemoryStateStore()
    keys = some_keys(store)
    teller = Teller(LookupKeys(keys, store), lambda: ContentStore(Layout(Path("/nowhere")), Disk()))
    return Trail(SilentScribe(clock), teller, SubjectKeys(keys, store, clock), clock)


class Desk:
    """Everything that writes a log into a folder, with a clock that is moved; no thread runs."""

    def __init__(
        self, *folders: Path, clock: FakeClock | None = None, disk: Disk | None = None, since: str = SINCE
    ) -> None:
        self.folders = folders
        self.since = since
        self.clock = clock or FakeClock()
        self.disk = disk or Disk()
        self.store = MemoryStateStore()
        self.keys = some_keys(self.store)
        self.troubles: list[str | None] = []
        self.offered: list[str] = []

    async def open(
        self,
        *,
        reserve_bytes: int = 0,
        segment_bytes: int = 1_000_000,
        most_weight: int = 65_536,
        slot: int = 0,
    ) -> Scribe:
        """Return a scribe that has begun to write."""
        await self.keys.ensure([GATEWAY, "acme"])
        devices = [await self.device(Layout(folder), reserve_bytes) for folder in self.folders]
        self.devices = Devices(devices, host="web1", slot=slot, version="0.1.0", segment_bytes=segment_bytes)
        scribe = Scribe(self.devices, self.clock, most_weight=most_weight, on_trouble=self.troubles.append)
        scribe.open()
        return scribe

    async def device(self, layout: Layout, reserve_bytes: int = 0) -> Device:
        """Return the device of a folder."""
        self.signing = SigningKeys(origin_of(layout, self.disk, "web1"), self.keys, self.store)
        await self.signing.ensure(self.since)
        notary = Notary(layout, self.disk, self.signing, offer=self.offered.append)
        return Device(layout, notary, self.disk, reserve_bytes)


def an_admission(terms: AuditTerms | None = None, arrival: Arrival | None = None, **fields: Any) -> Admission:
    """A request of acme that may go to one place; `fields` are in its body."""
    return Admission(
        arrival=arrival or an_arrival(),
        caller=a_caller(),
        model="deepseek-chat",
        streamed=False,
        policy_version="v1",
        terms=terms or AuditTerms(),
        destinations=(Destination(upstream="first", residency="external"),),
        original=a_chat_request().body | fields,
    )


def records_in(folder: Path) -> list[dict[str, Any]]:
    """Return every whole record of a log, writer by writer."""
    found: list[dict[str, Any]] = []
    for path in sorted(folder.glob("writers/*/*.jsonl")):
        found += [orjson.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]
    return found


def endings_in(folder: Path) -> list[dict[str, Any]]:
    """Return how the exchanges in a log ended, with the facts that most tests ask for beside them."""
    return [_flat(record) for record in records_in(folder) if "ending" in record]


_NO_FINDINGS: dict[str, Any] = {
    "counts": {}, "unreadable": 0, "unreadable_bytes": 0, "blocked": [], "failure": None, "restored": 0,
    "unknown_tokens": 0, "answer_counts": {},
}  # fmt: skip


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    tokens = record.get("tokens", {})
    flat = {
        "destinations": [one["upstream"] for one in record.get("tries", ())],
        "prompt_tokens": tokens.get("prompt", 0),
        "completion_tokens": tokens.get("completion", 0),
        "measured": tokens.get("measured", True),
    }
    if "redaction" in record:
        flat["redaction"] = _NO_FINDINGS | record["redaction"]
    missing = dict.fromkeys(("tenant", "project", "credential", "model", "status", "code", "redaction"))
    return missing | {"policy": ""} | record | flat
