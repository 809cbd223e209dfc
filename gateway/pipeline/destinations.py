"""Where a request may go, in the words of the audit log."""

from collections.abc import Sequence
from functools import lru_cache

from gateway.audit.catalogue import Destination
from gateway.upstreams.target import Target


def destinations_of(targets: Sequence[Target]) -> tuple[Destination, ...]:
    """Name every place that a request may reach."""
    return tuple([_destination(target.upstream.name, target.upstream.residency.value) for target in targets])


@lru_cache(maxsize=1024)
def _destination(upstream: str, residency: str) -> Destination:
    # Policy names few of them, and each request several.
    return Destination(upstream=upstream, residency=residency)
