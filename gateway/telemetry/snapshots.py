"""
The metrics of several processes as one account.

Counters and histograms add up, and what a process had counted still counts
when it is gone: a sum that fell would look like a restart of everything.
Gauges say how things are, so only the living have a say, and add up too.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.registry import Collector

_GAUGE = "gauge"
_CREATED = "_created"


class Sample(msgspec.Struct, frozen=True, array_like=True):
    """One value under its name and labels."""

    name: str
    labels: dict[str, str]
    value: float


class Family(msgspec.Struct, frozen=True, array_like=True):
    """One metric with all its samples."""

    name: str
    told: str
    kind: str
    samples: list[Sample]


Snapshot = list[Family]


def take_snapshot(registry: CollectorRegistry) -> Snapshot:
    """Return everything that a registry holds now."""
    return [
        Family(
            metric.name,
            metric.documentation,
            metric.type,
            [Sample(sample.name, dict(sample.labels), float(sample.value)) for sample in metric.samples],
        )
        for metric in registry.collect()
    ]


def read_snapshot(told: Any) -> Snapshot:
    """Return a snapshot that came as JSON; raise `msgspec.ValidationError`."""
    return msgspec.convert(told, Snapshot)


def write_snapshot(snapshot: Snapshot) -> Any:
    """Return a snapshot as plain values, to be sent as JSON."""
    return msgspec.to_builtins(snapshot)


def what_remains(snapshot: Snapshot) -> Snapshot:
    """Return what still counts of a process that is gone."""
    return [family for family in snapshot if family.kind != _GAUGE]


def add_up(snapshots: Iterable[Snapshot]) -> Snapshot:
    """Return one account of all of them, families and samples in the order of their first mention."""
    families: dict[str, tuple[Family, dict[tuple[Any, ...], Sample]]] = {}
    for family in (family for snapshot in snapshots for family in snapshot):
        _, sums = families.setdefault(family.name, (family, {}))
        for sample in family.samples:
            key = (sample.name, *sorted(sample.labels.items()))
            known = sums.get(key)
            sums[key] = sample if known is None else _both(known, sample)
    return [Family(one.name, one.told, one.kind, list(sums.values())) for one, sums in families.values()]


def registry_of(snapshot: Snapshot) -> CollectorRegistry:
    """Return a registry that tells this snapshot."""
    registry = CollectorRegistry()
    registry.register(_Told(snapshot))
    return registry


def _both(one: Sample, other: Sample) -> Sample:
    # When a series began is the one thing that does not add up.
    value = min(one.value, other.value) if one.name.endswith(_CREATED) else one.value + other.value
    return Sample(one.name, one.labels, value)


class _Told(Collector):
    """A snapshot as the library wants it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def collect(self) -> Iterable[Metric]:
        for family in self._snapshot:
            metric = Metric(family.name, family.told, family.kind)
            for sample in family.samples:
                metric.add_sample(sample.name, sample.labels, sample.value)
            yield metric
