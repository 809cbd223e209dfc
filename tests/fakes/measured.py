"""Metrics, read as Prometheus would read them."""

import asyncio
from collections.abc import Iterable, Mapping

from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_plain
from prometheus_client.samples import Sample

from gateway.foundation.clock import FakeClock
from gateway.telemetry.exposition import expose
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.observer import Observer
from gateway.telemetry.reading import Account, Snapshot
from gateway.telemetry.tenant_names import TenantNames
from gateway.vocabulary.outcome import Outcome

OPEN = "application/openmetrics-text"


def samples_of(account: Account, accept: str = OPEN) -> list[Sample]:
    """Return what a collector reads from the page of an account, all of it well-formed."""
    body, _ = asyncio.run(expose(account, accept))
    return samples_on(body, accept)


def samples_on(page: bytes, accept: str = OPEN) -> list[Sample]:
    """Return what a collector reads from a page."""
    read = read_openmetrics if accept else read_plain
    return [sample for family in read(page.decode()) for sample in family.samples]


def families_on(page: bytes) -> set[str]:
    """Return the names of the families of which a page in OpenMetrics has samples."""
    families = read_openmetrics(page.decode())  # type: ignore[no-untyped-call]
    return {family.name for family in families if family.samples}


def snapshot_of(account: Account) -> Snapshot:
    """Return everything that a process tells now."""
    return {family.name: list(readings) for family, readings in account}


def values_of(account: Account, accept: str = OPEN) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return the values of the page of an account by name and labels."""
    return _values(samples_of(account, accept))


def values_on(page: bytes, accept: str = OPEN) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return the values of a page by name and labels."""
    return _values(samples_on(page, accept))


def _values(samples: Iterable[Sample]) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}


class Observed:
    """Metrics after these outcomes."""

    def __init__(self, *outcomes: Outcome, tenants: int = 100) -> None:
        self.clock = FakeClock(wall=1_800_000_000.0)
        self.metrics = Metrics(TenantNames(tenants))
        self.observer = Observer(self.metrics, self.clock)
        self.see(outcomes)

    def see(self, outcomes: Iterable[Outcome]) -> None:
        """Let more exchanges end."""
        for outcome in outcomes:
            self.observer.exchange_ended(outcome)

    def samples(self, name: str) -> list[Sample]:
        """Return all samples of this name."""
        return [one for one in samples_of(self.metrics.readings()) if one.name == name]

    def value(self, name: str, **labels: str) -> float | None:
        """Return one value, or nothing if there is none."""
        wanted: Mapping[str, str] = labels
        return next((one.value for one in self.samples(f"gateway_{name}") if one.labels == wanted), None)
