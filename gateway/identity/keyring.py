"""Which credentials policy documents name, whose they are, and what every caller of a project has to meet."""

import hmac
from collections.abc import Iterable, Mapping

import msgspec

from gateway.identity.conditions import Conditions
from gateway.identity.tokens.trust import Issuers
from gateway.vocabulary.caller import Caller

Standings = Mapping[str, Mapping[str, tuple[Conditions, ...]]]
"""By tenant and project: what policy asks of everyone who calls for them."""


class KeyRecord(msgspec.Struct, frozen=True, gc=False):
    """
    One known credential; the credential itself is nowhere kept.

    `conditions` are those that it has to meet; most have none.
    """

    digest: bytes
    caller: Caller
    conditions: tuple[Conditions, ...] = ()


class Keyring:
    """
    Every credential of one policy version, the issuers it believes, and the standing of every project.

    It never changes.
    """

    __slots__ = ("_records", "issuers", "standings")

    def __init__(
        self,
        records: Iterable[KeyRecord] = (),
        issuers: Issuers | None = None,
        standings: Standings | None = None,
    ) -> None:
        self._records = {record.digest: record for record in records}
        self.issuers = Issuers() if issuers is None else issuers
        self.standings: Standings = {} if standings is None else standings

    def __len__(self) -> int:
        return len(self._records)

    def find(self, digest: bytes) -> KeyRecord | None:
        """Return the record of a credential by its SHA-256."""
        return matching(self._records, digest)


def matching(records: Mapping[bytes, KeyRecord], digest: bytes) -> KeyRecord | None:
    """Return the record of this digest, compared in constant time."""
    record = records.get(digest)
    if record is None or not hmac.compare_digest(record.digest, digest):
        return None
    return record
