"""Every series that an expression may read: the gateway's, Prometheus' own, and what rules record."""

from collections.abc import Iterable

from gateway.telemetry.catalogue import FAMILIES
from gateway.telemetry.family import Family
from monitoring.promql import SCRAPED, Known, Series, read_expression
from monitoring.rules import Record

_BY_PROMETHEUS = {
    "up": Series(SCRAPED),
    "scrape_duration_seconds": Series(SCRAPED),
    "ALERTS": Series(SCRAPED | {"alertname", "alertstate", "severity", "service"}),
}


def known_series(families: Iterable[Family], recorded: Iterable[Record]) -> Known:
    """Return every series by its name; a rule may read what an earlier one records."""
    known = dict(_BY_PROMETHEUS)
    for family in families:
        known |= _series_of(family)
    for record in recorded:
        known[record.name] = Series(read_expression(record.expression, known).labels)
    return known


def exported(recorded: Iterable[Record]) -> Known:
    """Return what this gateway exports, and what these rules make of it."""
    return known_series(FAMILIES, recorded)


def _series_of(family: Family) -> dict[str, Series]:
    plain = Series(SCRAPED | set(family.labels))
    if family.kind != "histogram":
        return {family.name: plain}
    bounds = frozenset([*map(str, family.buckets), "+Inf"])
    return {
        f"{family.name}_bucket": Series(plain.labels | {"le"}, bounds),
        f"{family.name}_sum": plain,
        f"{family.name}_count": plain,
    }
