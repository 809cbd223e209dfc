"""
The two forms in which metrics are written as text.

The plain one (https://prometheus.io/docs/instrumenting/exposition_formats/),
and OpenMetrics (https://prometheus.io/docs/specs/om/open_metrics_spec/), which
alone has exemplars.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import isfinite, isnan

from gateway.telemetry.family import Family
from gateway.telemetry.reading import Exemplar, Labels, Reading

_SERIES_KNOWN = 32_768
_EXACT = 2**53
_MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class TextForm:
    """One of the two; `end` is what a page in it closes with."""

    media_type: str
    end: str
    is_open: bool

    def head(self, family: Family) -> str:
        """Return what stands before the series of a family."""
        name = family.base_name if self.is_open else family.name
        return f"# HELP {name} {family.told}\n# TYPE {name} {family.kind}\n"

    def series(self, family: Family, reading: Reading) -> str:
        """Return the lines of one series."""
        labels = _labels(family.labels, reading.labels)
        if family.kind == "histogram":
            return "".join(self._histogram(family, reading, labels))
        value = _money(reading.value) if family.is_money else _number(reading.value)
        return f"{family.name}{{{labels}}} {value}\n" if labels else f"{family.name} {value}\n"

    def _histogram(self, family: Family, reading: Reading, labels: str) -> Iterator[str]:
        told = {one.place: one for one in reading.exemplars} if self.is_open else {}
        bounds = (*map(str, family.buckets), "+Inf")
        front = f"{labels}," if labels else ""
        for place, (bound, count) in enumerate(zip(bounds, accumulate(reading.counts), strict=True)):
            exemplar = _exemplar(told[place]) if place in told else ""
            yield f'{family.name}_bucket{{{front}le="{bound}"}} {count}{exemplar}\n'
        behind = f"{{{labels}}}" if labels else ""
        yield f"{family.name}_count{behind} {sum(reading.counts)}\n"
        yield f"{family.name}_sum{behind} {_number(reading.value)}\n"


PLAIN = TextForm("text/plain; version=0.0.4; charset=utf-8", "", is_open=False)
OPENMETRICS = TextForm("application/openmetrics-text; version=1.0.0; charset=utf-8", "# EOF\n", is_open=True)


def form_for(accept: str) -> TextForm:
    """Return the form for who accepts this: OpenMetrics if it is named, else the plain one."""
    return OPENMETRICS if "application/openmetrics-text" in accept else PLAIN


def lines_of(reading: Reading) -> int:
    """Return how many lines a series has in either form."""
    return len(reading.counts) + 2 if reading.counts else 1


def _exemplar(one: Exemplar) -> str:
    return f' # {{trace_id="{_escaped(one.trace_id)}"}} {_number(one.value)} {one.wall:.3f}'


@lru_cache(maxsize=_SERIES_KNOWN)
def _labels(names: Labels, values: Labels) -> str:
    # The same ones at every page.
    return ",".join([f'{name}="{_escaped(value)}"' for name, value in zip(names, values, strict=True)])


def _escaped(value: str) -> str:
    if "\\" in value or '"' in value or "\n" in value:
        return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return value


def _money(micros: float) -> str:
    # Not divided: what was counted exactly is told exactly, also when it is much.
    units, rest = divmod(int(micros), _MICROS)
    return f"{units}.{rest:06d}" if rest else str(units)


def _number(value: float) -> str:
    if not isfinite(value):
        return "NaN" if isnan(value) else "+Inf" if value > 0 else "-Inf"
    whole = int(value)
    return str(whole) if whole == value and abs(whole) < _EXACT else repr(float(value))
