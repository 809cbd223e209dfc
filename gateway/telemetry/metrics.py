"""All that is measured in one process, and who tells of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from gateway.telemetry.catalogue import FAMILIES, NOTICES
from gateway.telemetry.exchange_readings import Source, sources_of
from gateway.telemetry.family import Family
from gateway.telemetry.reading import Labels, Reading
from gateway.telemetry.spread import Spread, readings
from gateway.telemetry.tallies import Tallies
from gateway.telemetry.tenant_names import TenantNames

_TENANT = "tenant"
# The keys are labels; of a mapping, only values may be of a narrower type.
Told = float | Mapping[Any, float]


class Metrics:
    """
    The families of the catalogue, and for each who tells of it now.

    What exchanges leave behind is counted in `tallies`; of everything else
    those tell who know it, when they are asked. Ask in the thread that counts.
    """

    def __init__(self, names: TenantNames) -> None:
        self.names = names
        self.tallies = Tallies(names)
        self.notices: dict[str, int] = {}
        self._sources: dict[Family, Source] = sources_of(self.tallies)
        # A copy, because other threads tell notices too.
        self.watch(NOTICES, lambda: {(kind,): count for kind, count in list(self.notices.items())})

    def watch(self, family: Family, told: Callable[[], Told]) -> None:
        """
        Let a family be told by this function: its value, or one for each set of labels.

        Several functions may tell of one family. Tenants beyond the cap come
        together in `other`: numbers of theirs add up, of gauges the largest is
        told.
        """
        others = self._sources.get(family)
        place = family.labels.index(_TENANT) if _TENANT in family.labels else None

        def tell() -> Iterable[Reading]:
            value = told()
            values: Mapping[Labels, float] = {(): value} if isinstance(value, int | float) else value
            if place is not None:
                values = self._capped(values, place, max if family.kind == "gauge" else _added)
            return [
                *(others() if others is not None else ()),
                # The sign makes a number of what is true or false: other processes read numbers alone.
                *[Reading(labels, +one) for labels, one in values.items()],
            ]

        self._sources[family] = tell

    def timer(self, family: Family) -> Callable[[float], None]:
        """Return who takes the observations of a histogram that has no labels."""
        spread = Spread(family.buckets)
        self._sources[family] = lambda: readings([((), spread)])
        return spread.add

    def readings(self) -> Iterator[tuple[Family, Iterable[Reading]]]:
        """Return the families that somebody tells of, in the order of the catalogue."""
        for family in FAMILIES:
            if (source := self._sources.get(family)) is not None:
                yield family, source()

    def _capped(
        self, values: Mapping[Labels, float], place: int, both: Callable[[float, float], float]
    ) -> Mapping[Labels, float]:
        capped: dict[Labels, float] = {}
        for labels, value in list(values.items()):
            named = (*labels[:place], self.names.name(labels[place]), *labels[place + 1 :])
            capped[named] = both(capped[named], value) if named in capped else value
        return capped


def _added(one: float, other: float) -> float:
    return one + other
