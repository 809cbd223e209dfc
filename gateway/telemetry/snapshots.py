"""What a process tells of its metrics, and how it travels to the one that adds up."""

from typing import Any

import msgspec

from gateway.telemetry.catalogue import BY_NAME
from gateway.telemetry.family import Family
from gateway.telemetry.reading import Labels, Reading, Snapshot


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


def read_gone(told: Any) -> dict[str, list[Labels]]:
    """Return which series of which of our families are no more; raise `msgspec.ValidationError`."""
    return {
        name: labels
        for name, labels in msgspec.convert(told, dict[str, list[Labels]]).items()
        if name in BY_NAME
    }


def write_snapshot(snapshot: Snapshot) -> Any:
    """Return a snapshot as plain values, to be sent as JSON."""
    return {name: [_written(reading) for reading in readings] for name, readings in snapshot.items()}


def _written(reading: Reading) -> Any:
    # Most readings are labels and a number; half of what is read at the other end would be defaults.
    if not reading.counts and not reading.wall:
        return reading.labels, reading.value
    return msgspec.to_builtins(reading)


def _fits(family: Family, reading: Reading) -> bool:
    # Workers of another version may tell of other labels and bounds while all are being replaced.
    buckets = len(family.buckets) + 1 if family.kind == "histogram" else 0
    return len(reading.labels) == len(family.labels) and len(reading.counts) == buckets
