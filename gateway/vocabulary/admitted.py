"""The permit to send: made by audit alone, demanded by every upstream."""

from typing import Generic, TypeVar

import msgspec

Sealed_co = TypeVar("Sealed_co", covariant=True)


class Admitted(msgspec.Struct, Generic[Sealed_co], frozen=True):
    """
    A sealed request that has been written down and may now leave.

    `destinations` names every upstream it may reach. Made only by
    `gateway.audit` (an import contract keeps `gateway.vocabulary.admitting`
    to it).
    """

    request_id: str
    sealed: Sealed_co
    destinations: tuple[str, ...]
