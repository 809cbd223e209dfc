"""
The metrics of several processes as one account.

Counters and histograms add up, and what a process had counted still counts
when it is gone: a sum that fell would look like a restart of everything.
Gauges say how things are, so only the living have a say; the catalogue says
for each whether theirs add up or which of them counts.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from gateway.telemetry.catalogue import BY_NAME, FAMILIES
from gateway.telemetry.family import Family
from gateway.telemetry.reading import Account, Exemplar, Labels, Reading, Snapshot
from gateway.telemetry.tenant_names import TenantNames

_TENANT = "tenant"


def take_snapshot(account: Account) -> Snapshot:
    """Return everything that a process tells now."""
    return {family.name: list(readings) for family, readings in account}


def parts_of(account: Account, size: int) -> Iterator[Snapshot]:
    """Return the same in parts of at most so many series, made when they are asked for."""
    part: dict[str, list[Reading]] = {}
    count = 0
    for family, readings in account:
        for reading in readings:
            part.setdefault(family.name, []).append(reading)
            count += 1
            if count >= size:
                yield part
                part, count = {}, 0
    if part:
        yield part


def read_snapshot(told: Any) -> Snapshot:
    """
    Return a snapshot that came as JSON; raise `msgspec.ValidationError`.

    What fits no family of ours is left out.
    """
    snapshot = msgspec.convert(told, dict[str, list[Reading]])
    return {
        name: [reading for reading in readings if _fits(BY_NAME[name], reading)]
        for name, readings in snapshot.items()
        if name in BY_NAME
    }


def write_snapshot(snapshot: Snapshot) -> Any:
    """Return a snapshot as plain values, to be sent as JSON."""
    return msgspec.to_builtins(snapshot)


def what_remains(snapshot: Snapshot) -> Snapshot:
    """Return what still counts of a process that is gone."""
    return {name: readings for name, readings in snapshot.items() if BY_NAME[name].kind != "gauge"}


def add_up(snapshots: Iterable[Snapshot], names: TenantNames) -> Snapshot:
    """
    Return one account of all of them, their series in the order of their first mention.

    Each process has its own names for at most so many tenants; together they
    have no more.
    """
    sums: dict[str, dict[Labels, Reading]] = {}
    for snapshot in snapshots:
        for name, readings in snapshot.items():
            family = BY_NAME[name]
            place = family.labels.index(_TENANT) if _TENANT in family.labels else None
            series = sums.setdefault(name, {})
            for reading in readings:
                labels = reading.labels
                if place is not None:
                    labels = (*labels[:place], names.name(labels[place]), *labels[place + 1 :])
                known = series.get(labels)
                series[labels] = (
                    msgspec.structs.replace(reading, labels=labels)
                    if known is None
                    else _merged(family, labels, known, reading)
                )
    return {name: list(series.values()) for name, series in sums.items()}


def account_of(snapshot: Snapshot) -> Account:
    """Return a snapshot family by family, in the order of the catalogue."""
    return [(family, snapshot[family.name]) for family in FAMILIES if family.name in snapshot]


def _merged(family: Family, labels: Labels, one: Reading, other: Reading) -> Reading:
    if family.merging == "newest":
        newest = max(one, other, key=lambda reading: reading.wall)
        return msgspec.structs.replace(newest, labels=labels)
    if family.merging == "max":
        return Reading(labels, max(one.value, other.value))
    if family.merging == "min":
        return Reading(labels, min(one.value, other.value))
    counts = tuple([mine + theirs for mine, theirs in zip(one.counts, other.counts, strict=True)])
    return Reading(labels, one.value + other.value, counts, _newest(one.exemplars, other.exemplars))


def _newest(ones: Sequence[Exemplar], others: Sequence[Exemplar]) -> tuple[Exemplar, ...]:
    by_place: dict[int, Exemplar] = {}
    for exemplar in (*ones, *others):
        known = by_place.get(exemplar.place)
        if known is None or exemplar.wall >= known.wall:
            by_place[exemplar.place] = exemplar
    return tuple([by_place[place] for place in sorted(by_place)])


def _fits(family: Family, reading: Reading) -> bool:
    # Workers of another version may tell of other labels and bounds while all are being replaced.
    buckets = len(family.buckets) + 1 if family.kind == "histogram" else 0
    return len(reading.labels) == len(family.labels) and len(reading.counts) == buckets
