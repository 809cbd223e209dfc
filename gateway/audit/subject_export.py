"""Everything that is kept about one person, as one document (GDPR, articles 15 and 20)."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import orjson

from gateway.audit.catalogue import Content, SubjectExported
from gateway.audit.eraser import Eraser
from gateway.audit.layout import Layout
from gateway.audit.record import time_text
from gateway.audit.room import AuditRoom
from gateway.audit.subject_keys import ContentKey, person
from gateway.foundation.clock import Clock

_REQUEST = b'"request_id":"'


class SubjectExporter:
    """Gather what records say of a person, and open the texts that are kept under their key."""

    def __init__(self, room: AuditRoom, eraser: Eraser, *, clock: Clock, actor: str) -> None:
        self._room = room
        self._eraser = eraser
        self._clock = clock
        self._actor = actor

    async def export(self, tenant: str, subject: str) -> dict[str, Any]:
        """Return the document, and let the log say that it was given out."""
        hashes = self._eraser.hashes(tenant, subject)
        key = await self._room.subjects.find(tenant, person(subject))
        records = [
            record for layout in self._room.layouts for record in records_about(layout, tenant, hashes)
        ]
        texts = [
            text
            for record in records
            for content in record.get("content", ())
            if (text := self._text(record, msgspec.convert(content, Content), key)) is not None
        ]
        facts = SubjectExported(
            tenant=tenant, subjects=hashes, records=len(records), contents=len(texts), actor=self._actor
        )
        self._room.record("subject.exported", facts)
        return {
            "about": subject,
            "tenant": tenant,
            "made": time_text(self._clock.wall()),
            "records": records,
            "texts": texts,
        }

    def _text(
        self, record: dict[str, Any], content: Content, key: ContentKey | None
    ) -> dict[str, Any] | None:
        if key is None or content.key_id != key.key_id:
            return None
        for store in self._room.content_stores():
            if (plain := store.read(content, key)) is not None:
                return {
                    "request_id": record["request_id"],
                    "time": record["time"],
                    "kind": content.kind,
                    "is_cut": content.is_cut,
                    "text": plain.decode(errors="replace"),
                }
        return None


def records_about(layout: Layout, tenant: str, hashes: Sequence[str]) -> Iterator[dict[str, Any]]:
    """
    Yield every record of a tenant that names a person by one of these hashes, writer by writer.

    The person of a token is named in the first record of a request alone: its end follows.
    """
    wanted, marks = set(hashes), [one.encode() for one in hashes]
    requests: set[bytes] = set()
    for path in sorted(layout.writers.glob("*/*.jsonl")):
        with path.open("rb") as lines:
            for line in lines:
                # Reading JSON is dear, and most lines are about others.
                if not line.endswith(b"\n") or not (
                    any(mark in line for mark in marks) or (requests and _request_in(line) in requests)
                ):
                    continue
                record: dict[str, Any] = orjson.loads(line)
                if record.get("tenant") == tenant and _is_about(record, wanted, requests):
                    requests.add(_request_in(line))
                    yield record


def _is_about(record: dict[str, Any], wanted: set[str], requests: set[bytes]) -> bool:
    request_id = record.get("request_id")
    if request_id is None:
        return False
    return (
        not wanted.isdisjoint((record.get("subject"), record.get("user"))) or request_id.encode() in requests
    )


def _request_in(line: bytes) -> bytes:
    begin = line.find(_REQUEST) + len(_REQUEST)
    return line[begin : line.find(b'"', begin)] if begin >= len(_REQUEST) else b""
