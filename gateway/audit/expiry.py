"""
What is over is let go: segments of records, kept texts, look-up keys, each after its own time.

A segment is deleted only when it is sealed and its end is signed; its seal stays, so
that the tree goes on over the gap. First the log says what is deleted, on the disk, then
it is: a process that dies in between has said too much, and the next run
does the rest. Segments that tell of deletions themselves are never deleted.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from gateway.audit.catalogue import ContentExpired, LogExpired, PeriodForgotten
from gateway.audit.disk import Disk
from gateway.audit.holds import Holds
from gateway.audit.host_tree import BrokenTree, HostTree
from gateway.audit.layout import Layout, Seal
from gateway.audit.lookup_keys import period_after
from gateway.audit.packing import pack
from gateway.audit.record import seconds_of
from gateway.audit.room import AuditRoom
from gateway.audit.rules import RetentionRules
from gateway.audit.segment import read_seal
from gateway.foundation.clock import Clock
from gateway.foundation.keys import GATEWAY

_DAY_SECONDS = 86_400.0
_IDS_IN_A_RECORD = 1_000
_EXPLAINING = (
    b'"event":"log.expired"', b'"event":"content.expired"', b'"event":"subject.erased"',
    b'"event":"period.forgotten"', b'"event":"hold.placed"', b'"event":"hold.lifted"',
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Expired:
    """
    How much was let go, and the tenants of which texts are kept that no plan counts for.

    `packed` is how many files of heads and checkpoints were packed meanwhile.
    """

    segments: int
    texts: int
    periods: int
    unruled: tuple[str, ...] = ()
    packed: int = 0


class Expirer:
    """Let go of what is over for each tenant, as its plan says; what is held stays."""

    def __init__(self, room: AuditRoom, holds: Holds, *, clock: Clock, actor: str) -> None:
        self._room = room
        self._holds = holds
        self._clock = clock
        self._actor = actor

    async def expire(self, rules: Mapping[str, RetentionRules]) -> Expired:
        """
        Look at everything once; `rules` are those of each tenant.

        What stands in one file is kept as the most patient of them wants, and so are the gateway's
        own look-up keys, of the addresses of strangers.
        """
        texts = periods = 0
        for tenant, rule in rules.items():
            if rule.content_days is not None:
                texts += await self._texts(tenant, rule.content_days)
            if rule.lookup_days is not None:
                periods += await self._periods(tenant, rule.lookup_days)
        lookup_days = _longest([rule.lookup_days for rule in rules.values()])
        if lookup_days is not None:
            periods += await self._periods(GATEWAY, lookup_days)
        record_days = _longest([rule.record_days for rule in rules.values()])
        segments = 0 if record_days is None else await self._segments(record_days)
        packed = sum(pack(layout, Disk()) for layout in self._room.layouts)
        return Expired(segments, texts, periods, tuple(sorted(await self._unruled(rules))), packed)

    async def _unruled(self, rules: Collection[str]) -> list[str]:
        subjects, kept = self._room.subjects, set[str]()
        for store in self._room.content_stores():
            kept |= set(store.key_ids())
        return [
            name
            for name in await subjects.tenants()
            if name not in rules and any(one.key.key_id in kept for one in await subjects.all_of(name))
        ]

    async def _texts(self, tenant: str, days: int) -> int:
        before, count = self._clock.wall() - days * _DAY_SECONDS, 0
        for kept in await self._room.subjects.all_of(tenant):
            key_id = kept.key.key_id
            for store in self._room.content_stores():
                old = store.older(key_id, before)
                for first in range(0, len(old), _IDS_IN_A_RECORD):
                    ids = old[first : first + _IDS_IN_A_RECORD]
                    if await self._is_held(tenant, kept.reference):
                        break
                    facts = ContentExpired(tenant=tenant, ids=tuple(ids), retention_days=days)
                    await self._room.write("content.expired", facts)
                    store.drop(key_id, ids)
                    count += len(ids)
            is_over = kept.key.month != "" and _end_of_next(kept.key.month) < before
            if is_over and not await self._is_held(tenant, kept.reference):
                await self._room.subjects.let_go(kept)
        return count

    async def _periods(self, tenant: str, days: int) -> int:
        before, count = self._clock.wall() - days * _DAY_SECONDS, 0
        for period in self._room.lookups.periods(tenant):
            ended = seconds_of(f"{period_after(period.name)}-01T00:00:00.000000Z")
            if ended >= before or await self._is_any_held(tenant):
                continue
            if await self._room.lookups.forget(tenant, period.name):
                facts = PeriodForgotten(tenant=tenant, period=period.name, actor=self._actor)
                self._room.record("period.forgotten", facts)
                count += 1
        return count

    async def _segments(self, days: int) -> int:
        now, count = self._clock.wall(), 0
        for layout in self._room.layouts:
            for seal, data in _over(layout, now - days * _DAY_SECONDS, now):
                if await self._is_any_held(GATEWAY):
                    return count
                facts = LogExpired(
                    expired_writer=seal.writer,
                    segment=seal.segment,
                    first_seq=seal.first_seq,
                    last_seq=seal.last_seq,
                    seal_sha256=sha256(data).hexdigest(),
                    retention_days=days,
                )
                await self._room.write("log.expired", facts)
                layout.segment(seal.writer, seal.segment).unlink()
                layout.torn(seal.writer, seal.segment).unlink(missing_ok=True)
                count += 1
        return count

    async def _is_held(self, tenant: str, reference: str) -> bool:
        """Whether a person is held; asked before each act, as a hold may be placed in the middle of a run."""
        return any(
            hold.tenant == tenant and (not hold.references or reference in hold.references)
            for hold in await self._holds.all()
        )

    async def _is_any_held(self, tenant: str) -> bool:
        """Whether anything of a tenant is held; what is the gateway's own is of all of them."""
        return any(tenant in (hold.tenant, GATEWAY) for hold in await self._holds.all())


def _longest(days: Sequence[int | None]) -> int | None:
    """Return the longest of these times; None, which is for ever, where one of them is, or there is none."""
    known = [day for day in days if day is not None]
    return max(known) if len(known) == len(days) > 0 else None


def _ended(seal: Seal, now_wall: float) -> float:
    """
    Return when a segment ended: the later of its ends, of those that are not still to come.

    A clock that was put back in between makes it no older, and one that was ahead for a moment
    does not keep it for as many years.
    """
    ends = (seconds_of(seal.first_time), seconds_of(seal.last_time))
    return max((end for end in ends if end <= now_wall), default=now_wall)


def _end_of_next(month: str) -> float:
    """
    Return when the month after this one ends.

    A key stays that long beyond its last text: other machines find theirs by it, to delete them.
    """
    return seconds_of(f"{period_after(period_after(month))}-01T00:00:00.000000Z")


def _over(layout: Layout, before_wall: float, now_wall: float) -> Iterator[tuple[Seal, bytes]]:
    """Yield the seals of segments that ended before a moment, are signed to their end and explain none."""
    tree = HostTree(layout, Disk())
    try:
        tree.load(whole=True)
    except BrokenTree as error:
        raise OSError(
            f"The log in {layout.root} is not the one that was signed, so no record of it is deleted. "
            "Look at it first: deepseek-gateway audit verify"
        ) from error
    for path in sorted(layout.writers.glob("*/*.seal")):
        data = path.read_bytes()
        try:
            seal = read_seal(data)
        except msgspec.MsgspecError:
            # What it stands for stays; a verification names it.
            continue
        segment = layout.segment(seal.writer, seal.segment)
        if (
            segment.exists()
            and _ended(seal, now_wall) < before_wall
            and tree.known.get(seal.writer, 0) > seal.last_seq
            and not _explains(segment.read_bytes())
        ):
            yield seal, data


def _explains(lines: bytes) -> bool:
    return any(event in lines for event in _EXPLAINING)
