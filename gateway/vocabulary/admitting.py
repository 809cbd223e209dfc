"""The one factory of `Admitted`; only `gateway.audit` may import this file."""

from typing import TypeVar

from gateway.vocabulary.admitted import Admitted

Sealed = TypeVar("Sealed")


def admit(request_id: str, sealed: Sealed, destinations: tuple[str, ...]) -> Admitted[Sealed]:
    """Make the permit after its record is as durable as the tenant's policy asks."""
    return Admitted(request_id, sealed, destinations)
