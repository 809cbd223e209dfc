"""Which credentials are known, and whose they are."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.identity.tokens.trust import Issuers
from gateway.vocabulary.caller import Caller


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """
    One known credential; the credential itself is nowhere kept.

    `expires_at` is in wall-clock seconds; None is never.
    """

    digest: bytes
    caller: Caller
    disabled: bool = False
    tenant_disabled: bool = False
    expires_at: float | None = None


class Keyring:
    """Every credential of one policy version, and the issuers it believes; never changes."""

    __slots__ = ("_records", "issuers")

    def __init__(self, records: Iterable[KeyRecord] = (), issuers: Issuers | None = None) -> None:
        self._records = {record.digest: record for record in records}
        self.issuers = Issuers() if issuers is None else issuers

    def __len__(self) -> int:
        return len(self._records)

    def find(self, digest: bytes) -> KeyRecord | None:
        """Return the record of a credential by its SHA-256."""
        record = self._records.get(digest)
        if record is None or not hmac.compare_digest(record.digest, digest):
            return None
        return record
