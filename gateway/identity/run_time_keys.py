"""The keys that were made at run time, in the memory of one process."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

import msgspec

from gateway.foundation.state_store import Entry
from gateway.identity.key_document import KeyAct, KeyDocument, decode_key, records_of
from gateway.identity.keyring import KeyRecord, matching
from gateway.identity.refusals import StandingUnknown
from gateway.vocabulary.notice import Notice

CLI_ACTOR = "cli:"
"""Actors of the command line begin so."""
_Shared = TypeVar("_Shared", bound=Hashable)


class RunTimeKeys:
    """
    Follow the state store and find keys by their digest.

    A document that cannot be read is no key, and is counted in `unread`. When
    the store has been silent for longer than its grace, a known key is refused
    with 503: nobody can say any more that it was not revoked. `degraded` counts
    what was decided without the store: keys that were `remembered`, and those
    that were `refused`. `given` are keys that do not stand in the store, and
    depend on nothing in it.
    """

    def __init__(
        self,
        is_stale: Callable[[], bool] = lambda: False,
        on_notice: Callable[[Notice], None] = lambda _: None,
        given: Iterable[KeyRecord] = (),
        *,
        is_lost: Callable[[], bool] = lambda: False,
    ) -> None:
        self._is_stale = is_stale
        self._is_lost = is_lost
        self.degraded = {"remembered": 0, "refused": 0}
        self._on_notice = on_notice
        self._given = {record.digest: record for record in given}
        self._records: dict[bytes, KeyRecord] = {}
        self._digests: dict[str, bytes | tuple[bytes, ...]] = {}
        self._shared: dict[Hashable, Hashable] = {}
        self.unread = 0

    def __len__(self) -> int:
        return len(self._digests)

    def find(self, digest: bytes) -> KeyRecord | None:
        """Return the record of a key by its SHA-256."""
        record = matching(self._records, digest)
        if record is None:
            return matching(self._given, digest)
        if self._is_stale():
            self.degraded["refused"] += 1
            raise StandingUnknown(
                "The gateway cannot reach its state store and no longer knows whether this key is valid. "
                "Try again shortly.",
                retry_after=5,
            )
        if self._is_lost():
            self.degraded["remembered"] += 1
        return record

    def take(self, entries: Sequence[Entry], *, is_whole: bool) -> None:
        """Follow the store."""
        if is_whole:
            self._records.clear()
            self._digests.clear()
        for entry in entries:
            self._forget(entry.name)
            document = self._read(entry)
            if document is None:
                continue
            try:
                self._keep(document)
            except ValueError:
                self.unread += 1
                continue
            if not is_whole:
                self._tell(document)

    def _read(self, entry: Entry) -> KeyDocument | None:
        if entry.value is None:
            return None
        try:
            return decode_key(entry.value)
        except msgspec.MsgspecError:
            self.unread += 1
            return None

    def _keep(self, document: KeyDocument) -> None:
        # A hundred thousand keys say the same few things again and again.
        document = msgspec.structs.replace(
            document, tenant=self._one(document.tenant), project=self._one(document.project)
        )
        records = tuple(records_of(document))
        self._records.update((record.digest, record) for record in records)
        digests = tuple(record.digest for record in records)
        if digests:
            self._digests[document.id] = digests[0] if len(digests) == 1 else digests

    def _one(self, value: _Shared) -> _Shared:
        return self._shared.setdefault(value, value)  # type: ignore[return-value]

    def _forget(self, key_id: str) -> None:
        known = self._digests.pop(key_id, ())
        for digest in (known,) if isinstance(known, bytes) else known:
            self._records.pop(digest, None)

    def _tell(self, document: KeyDocument) -> None:
        """
        Tell that the command line was heard to have done something.

        It has written that down itself, in the log of the machine where it ran, which may be another one.
        """
        last: KeyAct | None = document.history[-1] if document.history else None
        if last is not None and last.actor.startswith(CLI_ACTOR):
            self._on_notice(
                Notice(
                    f"key.{last.act}",
                    {"actor": last.actor, "key": document.id, "tenant": document.tenant, "heard": True},
                )
            )
