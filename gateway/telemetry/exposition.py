"""
Metrics as text.

Two formats (https://prometheus.io/docs/instrumenting/exposition_formats/ and
https://prometheus.io/docs/specs/om/open_metrics_spec/): the plain one, and
OpenMetrics, which alone has exemplars. A page may have thousands of series, so
the event loop has its turn every few hundred lines.
"""

import asyncio
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate
from math import isfinite, isnan

from gateway.telemetry.family import Family
from gateway.telemetry.reading import Account, Exemplar, Labels, Reading

PLAIN_TYPE = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
_LINES_AT_ONCE = 400
_SERIES_KNOWN = 32_768
_EXACT = 2**53
_MICROS = 1_000_000


async def expose(account: Account, accept: str) -> tuple[bytes, str]:
    """Return the metrics as text and its media type: OpenMetrics for who asks for it, else the plain one."""
    is_open = "application/openmetrics-text" in accept
    lines: list[str] = []
    breath = _LINES_AT_ONCE
    for family, readings in account:
        lines += _head(family, family.base_name if is_open else family.name)
        for line in _lines(family, readings, is_open=is_open):
            lines.append(line)
            if len(lines) >= breath:
                breath = len(lines) + _LINES_AT_ONCE
                await asyncio.sleep(0)
    if is_open:
        lines.append("# EOF\n")
    return "".join(lines).encode(), OPENMETRICS_TYPE if is_open else PLAIN_TYPE


def _head(family: Family, name: str) -> list[str]:
    return [f"# HELP {name} {family.told}\n", f"# TYPE {name} {family.kind}\n"]


def _lines(family: Family, readings: Iterable[Reading], *, is_open: bool) -> Iterator[str]:
    for reading in readings:
        labels = _labels(family.labels, reading.labels)
        if family.kind == "histogram":
            yield from _histogram(family, reading, labels, is_open=is_open)
        else:
            value = _money(reading.value) if family.is_money else _number(reading.value)
            yield f"{family.name}{f'{{{labels}}}' if labels else ''} {value}\n"


def _histogram(family: Family, reading: Reading, labels: str, *, is_open: bool) -> Iterator[str]:
    told = {one.place: one for one in reading.exemplars} if is_open else {}
    bounds = (*map(str, family.buckets), "+Inf")
    front = f"{labels}," if labels else ""
    for place, (bound, count) in enumerate(zip(bounds, accumulate(reading.counts), strict=True)):
        exemplar = _exemplar(told[place]) if place in told else ""
        yield f'{family.name}_bucket{{{front}le="{bound}"}} {count}{exemplar}\n'
    behind = f"{{{labels}}}" if labels else ""
    yield f"{family.name}_count{behind} {sum(reading.counts)}\n"
    yield f"{family.name}_sum{behind} {_number(reading.value)}\n"


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
