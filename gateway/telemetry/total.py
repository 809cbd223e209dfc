"""
The metrics of several processes as one page.

Counters and histograms add up, and what a process had counted still counts
when it is gone: a sum that fell would look like a restart of everything.
Gauges say how things are, so only the living have a say; the catalogue says
for each whether theirs add up or which of them counts.

Processes tell what changed, and only that is added up and written again.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import reduce

from msgspec.structs import replace

from gateway.telemetry.catalogue import BY_NAME, FAMILIES
from gateway.telemetry.family import Family, Merging
from gateway.telemetry.reading import Exemplar, Labels, Reading, Snapshot
from gateway.telemetry.tenant_names import TenantNames
from gateway.telemetry.text_form import TextForm, form_for

_Both = Callable[[Reading, Reading], Reading]
# Who counted what those counted that are gone.
_PAST = "past"


class Total:
    """
    Everything that sources tell, added up series by series.

    Each process has its own names for at most so many tenants; together they
    have no more.
    """

    def __init__(self, names: TenantNames) -> None:
        self._names = names
        self._families: dict[str, dict[Labels, _Series]] = {}

    def tell(self, source: Hashable, told: Snapshot) -> None:
        """Take the values that some series of this source have now."""
        for name, readings in told.items():
            family, known = BY_NAME[name], self._families.setdefault(name, {})
            for reading in readings:
                labels = self._names.among(family.labels, reading.labels)
                series = known.get(labels)
                if series is None:
                    series = known[labels] = _Series(family, labels)
                series.put((source, reading.labels), reading)

    def withdraw(self, source: Hashable, gone: Mapping[str, Iterable[Labels]]) -> None:
        """Forget series that this source has no longer; one that nobody has is no more."""
        for name in gone.keys() & self._families.keys():
            known = self._families[name]
            for told in gone[name]:
                labels = self._names.among(BY_NAME[name].labels, told)
                if labels in known and not known[labels].drop((source, told)):
                    del known[labels]

    def end(self, source: Hashable) -> None:
        """Let what this source counted stay, and how it was be forgotten."""
        for known in self._families.values():
            for labels, series in list(known.items()):
                if not series.end(source):
                    del known[labels]

    def page(self, accept: str) -> tuple[bytes, str]:
        """Return all of it as text and its media type, as `expose` does."""
        form = form_for(accept)
        pieces: list[str] = []
        for family in FAMILIES:
            if known := self._families.get(family.name):
                pieces.append(form.head(family))
                pieces += [series.text(form) for series in known.values()]
        pieces.append(form.end)
        return "".join(pieces).encode(), form.media_type


class _Series:
    """One series of the page: what each source told of it, under which labels."""

    __slots__ = ("_family", "_labels", "_parts", "_texts")

    def __init__(self, family: Family, labels: Labels) -> None:
        self._family = family
        self._labels = labels
        self._parts: dict[tuple[Hashable, Labels], Reading] = {}
        self._texts: dict[str, str] = {}

    def put(self, key: tuple[Hashable, Labels], reading: Reading) -> None:
        """Take a value in the place of what was told under this key before."""
        self._parts[key] = reading
        self._texts.clear()

    def drop(self, key: tuple[Hashable, Labels]) -> bool:
        """Forget what was told under this key; return whether there is anything else."""
        if self._parts.pop(key, None) is not None:
            self._texts.clear()
        return bool(self._parts)

    def end(self, source: Hashable) -> bool:
        """Forget this source, but keep what it counted; return whether anything is left."""
        for key in [key for key in self._parts if key[0] == source]:
            reading = self._parts[key]
            self.drop(key)
            if self._family.kind != "gauge":
                past = (_PAST, self._labels)
                known = self._parts.get(past)
                self.put(past, reading if known is None else _both_of(self._family)(known, reading))
        return bool(self._parts)

    def text(self, form: TextForm) -> str:
        """Return its lines."""
        text = self._texts.get(form.media_type)
        if text is None:
            reading = replace(reduce(_both_of(self._family), self._parts.values()), labels=self._labels)
            text = self._texts[form.media_type] = form.series(self._family, reading)
        return text


def _both_of(family: Family) -> _Both:
    """Return what two readings of one series come to, in this family."""
    return _spread if family.kind == "histogram" else _RULES[family.merging]


def _spread(one: Reading, other: Reading) -> Reading:
    counts = tuple([mine + theirs for mine, theirs in zip(one.counts, other.counts, strict=True)])
    return Reading(one.labels, one.value + other.value, counts, _newest(one.exemplars, other.exemplars))


_RULES: dict[Merging, _Both] = {
    "sum": lambda one, other: Reading(one.labels, one.value + other.value),
    "max": lambda one, other: one if one.value >= other.value else other,
    "min": lambda one, other: one if one.value <= other.value else other,
    "newest": lambda one, other: one if one.wall >= other.wall else other,
}


def _newest(ones: Sequence[Exemplar], others: Sequence[Exemplar]) -> tuple[Exemplar, ...]:
    by_place: dict[int, Exemplar] = {}
    for exemplar in (*ones, *others):
        known = by_place.get(exemplar.place)
        if known is None or exemplar.wall >= known.wall:
            by_place[exemplar.place] = exemplar
    return tuple([by_place[place] for place in sorted(by_place)])
