"""What the kernel says of this process, under the names that every Prometheus client has for it."""

from collections.abc import Callable

from prometheus_client import ProcessCollector

from gateway.telemetry import catalogue
from gateway.telemetry.family import Family

_FAMILIES = (
    catalogue.PROCESS_CPU,
    catalogue.PROCESS_MEMORY,
    catalogue.PROCESS_OPEN,
    catalogue.PROCESS_MOST,
    catalogue.PROCESS_START,
)


def process_sources() -> dict[Family, Callable[[], float]]:
    """Return who tells of each family; where the kernel says nothing (not Linux), there is none."""
    collector = ProcessCollector(registry=None)
    known = {sample.name for metric in collector.collect() for sample in metric.samples}

    def told(name: str) -> float:
        return next(
            sample.value for metric in collector.collect() for sample in metric.samples if sample.name == name
        )

    return {family: lambda name=family.name: told(name) for family in _FAMILIES if family.name in known}  # type: ignore[misc]
