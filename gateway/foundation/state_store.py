"""
What every process of the gateway has to know, and must not be lost.

An entry has a kind (`api_key`, `data_key`), a name within its kind, and
bytes that only its owner understands. Each change of the store gets the next
version, so that whoever follows it can ask what happened since:

    changes = await store.changes_since("")              everything there is
    changes = await store.changes_since(changes.cursor)  what came after

A cursor that the store does not know (it was restored, emptied, or its
removals were forgotten) is answered with everything, marked as whole. Who asks
names the kinds of which that is wanted: of some there is an entry for each person
who was ever here.
"""

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

import msgspec

ANY = -1
"""The expected version of a write that replaces whatever is there."""
NEW = 0
"""The expected version of a write that must not find anything."""
REMOVALS_KEPT = 100_000
"""So many removals are remembered; who missed more is given everything anew."""
IDENTITY = ("store", "id")
"""Kind and name of the entry that tells one store from every other."""
_RESTORE = "Restore it with `deepseek-gateway state restore <backup>`; it is never made anew by itself."


class StateUnavailable(Exception):
    """The store does not answer now; what is known stays in force, nothing can be changed."""


class StateDamaged(StateUnavailable):
    """The store cannot be read any more."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place} {problem}. {_RESTORE}")


class StateEmptied(StateUnavailable):
    """The store is not the one that was followed so far."""

    def __init__(self) -> None:
        super().__init__(f"The state store was emptied, or is another one than before. {_RESTORE}")


class StateConflict(Exception):
    """The entry has changed since it was read, or is already there."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"the {kind.replace('_', ' ')} '{name}' was changed by someone else meanwhile")


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One thing kept; `value` is None when this change removed it."""

    kind: str
    name: str
    value: bytes | None
    version: int


@dataclass(frozen=True, slots=True)
class Changes:
    """
    What happened since a cursor, oldest first, each entry in its present state.

    `is_whole` means that this is everything: what is not in it is not there.
    """

    cursor: str
    entries: tuple[Entry, ...]
    is_whole: bool


class StateStore(Protocol):
    """
    Where entries are kept; every implementation raises `StateUnavailable` when it cannot answer.

    `write` compares and sets: it takes the version that the writer read
    (`NEW`, `ANY`), and raises `StateConflict` when there is another one. A
    value of None removes. What `write` has returned is durable.
    """

    async def read(self, kind: str, name: str) -> Entry | None:
        """Return one entry, or None if it is not there."""

    async def write(self, kind: str, name: str, value: bytes | None, *, expected: int = ANY) -> Entry:
        """Keep or remove one entry and return it with its new version."""

    async def list(self, kind: str, prefix: str = "") -> tuple[Entry, ...]:
        """Return the entries of a kind whose names begin so, by name."""

    async def changes_since(self, cursor: str, kinds: Collection[str] | None = None) -> Changes:
        """Return what changed after this cursor; for one that is unknown all there is (of these kinds)."""


def new_epoch() -> str:
    """Name a store's life, so that no cursor of another one fits it."""
    return secrets.token_hex(8)


def write_cursor(epoch: str, version: int) -> str:
    """Return the cursor of a store at this version."""
    return f"{epoch}:{version}"


def read_cursor(cursor: str, epoch: str, *, floor: int, version: int) -> int | None:
    """Return the version a cursor stands at, or None when its holder needs everything anew."""
    named, _, text = cursor.partition(":")
    if named != epoch or not text.isdigit():
        return None
    return int(text) if floor <= int(text) <= version else None


class MemoryStateStore:
    """A store that lives as long as its process; `fail` lets it be out of reach."""

    def __init__(self, removals_kept: int = REMOVALS_KEPT) -> None:
        self._entries: dict[tuple[str, str], Entry] = {}
        self._removals_kept = removals_kept
        self._epoch = new_epoch()
        self._version = 0
        self._floor = 0
        self._failure: str | None = None

    def fail(self, why: str | None = "it was told to fail") -> None:
        """Answer nothing from now on; None ends that."""
        self._failure = why

    async def read(self, kind: str, name: str) -> Entry | None:
        """Return one entry, or None if it is not there."""
        self._answer()
        entry = self._entries.get((kind, name))
        return None if entry is None or entry.value is None else entry

    async def write(self, kind: str, name: str, value: bytes | None, *, expected: int = ANY) -> Entry:
        """Keep or remove one entry and return it with its new version."""
        self._answer()
        known = self._entries.get((kind, name))
        if expected not in (ANY, NEW if known is None or known.value is None else known.version):
            raise StateConflict(kind, name)
        self._version += 1
        entry = Entry(kind, name, value, self._version)
        self._entries[kind, name] = entry
        if value is None:
            self._forget(self._version - self._removals_kept)
        return entry

    async def list(self, kind: str, prefix: str = "") -> tuple[Entry, ...]:
        """Return the entries of a kind whose names begin so, by name."""
        self._answer()
        found = (entry for entry in self._present() if entry.kind == kind and entry.name.startswith(prefix))
        return tuple(sorted(found, key=lambda entry: entry.name))

    async def changes_since(self, cursor: str, kinds: Collection[str] | None = None) -> Changes:
        """Return what changed after this cursor; for one that is unknown all there is (of these kinds)."""
        self._answer()
        since = read_cursor(cursor, self._epoch, floor=self._floor, version=self._version)
        found = self._of(kinds) if since is None else self._after(since)
        entries = tuple(sorted(found, key=lambda entry: entry.version))
        return Changes(write_cursor(self._epoch, self._version), entries, is_whole=since is None)

    def _present(self) -> Iterable[Entry]:
        return (entry for entry in self._entries.values() if entry.value is not None)

    def _of(self, kinds: Collection[str] | None) -> Iterable[Entry]:
        return (entry for entry in self._present() if kinds is None or entry.kind in kinds)

    def _after(self, version: int) -> Iterable[Entry]:
        return (entry for entry in self._entries.values() if entry.version > version)

    def _forget(self, until: int) -> None:
        gone = [key for key, entry in self._entries.items() if entry.value is None and entry.version <= until]
        for key in gone:
            self._floor = max(self._floor, self._entries.pop(key).version)

    def _answer(self) -> None:
        if self._failure is not None:
            raise StateUnavailable(f"The state store does not answer: {self._failure}.")
