"""
What became different since it was told the last time.

Of the thousands of series of a process few change between two scrapes. Whoever
adds up several processes is told these alone.
"""

from collections.abc import Iterator
from typing import NamedTuple

from gateway.telemetry.reading import Account, Labels, Reading


class Part(NamedTuple):
    """Series by family: those that have another value now, and those that are no more."""

    told: dict[str, list[Reading]]
    gone: dict[str, list[Labels]]


class Changes:
    """Compare what a process tells with what it told before; at first everything is new."""

    def __init__(self) -> None:
        self._known: dict[str, dict[Labels, Reading]] = {}

    def parts(self, account: Account, size: int) -> Iterator[Part]:
        """
        Return what changed, a part for each so many series that were looked at.

        A part may be empty. Whoever stops after one may begin anew later:
        only what was in a part counts as told.
        """
        part, count = Part({}, {}), 0
        for family, readings in account:
            known = self._known.setdefault(family.name, {})
            seen = set()
            for reading in readings:
                labels = reading.labels
                seen.add(labels)
                if known.get(labels) != reading:
                    known[labels] = reading
                    part.told.setdefault(family.name, []).append(reading)
                count += 1
                if count >= size:
                    yield part
                    part, count = Part({}, {}), 0
            if len(seen) < len(known):
                part.gone[family.name] = gone = [labels for labels in known if labels not in seen]
                for labels in gone:
                    del known[labels]
        yield part
