"""Was this value ever here? Found by its keyed hashes, without any of them telling the value."""

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.audit.review.matching import Record
from gateway.audit.review.reading import record_of
from gateway.foundation.addresses import plain

KINDS = ("subject", "user", "address")
_MOST_REQUESTS = 20


@dataclass(frozen=True, slots=True)
class Sighting:
    """One hash of the value: its kind and period, and where it was seen."""

    kind: str
    period: str
    hash: str
    records: int = 0
    first: str | None = None
    last: str | None = None
    requests: tuple[str, ...] = ()


def hashes_of(
    value: str, kinds: Sequence[str], periods: Iterable[str], hash_of: Callable[[str, str, str], str | None]
) -> list[Sighting]:
    """Return the hash for every kind and period that has a key; `hash_of` takes value, kind and period."""
    recorded = dict.fromkeys(kinds, value) | {"address": _as_recorded(value)}
    return [
        Sighting(kind, period, found)
        for period in periods
        for kind in kinds
        if (found := hash_of(recorded[kind], kind, period)) is not None
    ]


def _as_recorded(value: str) -> str:
    """Return an address in the one writing that records know; any other value as it is."""
    try:
        return str(plain(ipaddress.ip_address(value.strip())))
    except ValueError:
        return value


def look_for(sightings: Sequence[Sighting], files: Iterable[Path]) -> list[Sighting]:
    """Return the sightings with what the records say of each."""
    by_text = {f'"{one.kind}":"{one.hash}"'.encode(): _Count(one) for one in sightings}
    for path in files:
        with path.open("rb") as file:
            for line in file:
                # Nearly no line has one, and most need not be read as JSON for that.
                if b'"h1:' in line:
                    for text, count in by_text.items():
                        if text in line and (record := record_of(line)) is not None and count.is_in(record):
                            count.take(record)
    return [count.sighting() for count in by_text.values()]


class _Count:
    def __init__(self, sighting: Sighting) -> None:
        self._of = sighting
        self._records = 0
        self._times: tuple[str, str] | None = None
        self._requests: dict[str, None] = {}

    def is_in(self, record: Record) -> bool:
        """Return whether the value itself is there: a search for it is recorded with its hash, too."""
        name, found = self._of.kind, self._of.hash
        return found in (record.get(name), record.get("facts", {}).get(name))

    def take(self, record: Record) -> None:
        time = record["time"]
        first, last = self._times or (time, time)
        self._times = (min(first, time), max(last, time))
        self._records += 1
        if "request_id" in record and len(self._requests) < _MOST_REQUESTS:
            self._requests[record["request_id"]] = None

    def sighting(self) -> Sighting:
        first, last = self._times or (None, None)
        one = self._of
        return Sighting(one.kind, one.period, one.hash, self._records, first, last, tuple(self._requests))
