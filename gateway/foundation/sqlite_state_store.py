"""
The state store of one machine: a SQLite file in the state folder.

All work happens in a thread of its own, so that the event loop never waits
for the disk. The file is in WAL mode: readers never wait for a writer, and
the command line may change it while a gateway runs. Every commit is synced,
because a revocation that a power cut takes back is none.

The file is made whole under another name and then linked to its own, so a
file that is there and cannot be read was damaged, and is refused.
"""

import asyncio
import os
import secrets
import sqlite3
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from gateway.foundation.state_folder import UnusableState
from gateway.foundation.state_store import (
    ANY,
    NEW,
    REMOVALS_KEPT,
    Changes,
    Entry,
    StateConflict,
    StateDamaged,
    StateUnavailable,
    new_epoch,
    read_cursor,
    write_cursor,
)

FILE = "state.db"
_FORM = 1
_PATIENCE_SECONDS = 2.0
_SCHEMA = """
CREATE TABLE store (epoch TEXT NOT NULL, version INTEGER NOT NULL, floor INTEGER NOT NULL);
CREATE TABLE entries (
    kind TEXT NOT NULL, name TEXT NOT NULL, value BLOB, version INTEGER NOT NULL, PRIMARY KEY (kind, name)
) WITHOUT ROWID;
CREATE UNIQUE INDEX entries_by_version ON entries (version);
"""
_ENTRY = "SELECT kind, name, value, version FROM entries "
_Result = TypeVar("_Result")


class SqliteStateStore:
    """One open file; `close` when done."""

    def __init__(self, path: Path, removals_kept: int = REMOVALS_KEPT) -> None:
        """Open or make the file; waits for the disk. Raise `UnusableState` if it cannot be used."""
        self._path = path
        self._removals_kept = removals_kept
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="state-store")
        with _told_at_start(path):
            if not path.exists():
                _make(path)
            if path.stat().st_size == 0:
                raise StateDamaged(str(path), "is empty")
            self._inode = path.stat().st_ino
            self._connection = _connect(path)

    async def close(self) -> None:
        """Let go of the file once what was begun is done."""
        await asyncio.get_running_loop().run_in_executor(self._worker, self._connection.close)
        self._worker.shutdown()

    async def read(self, kind: str, name: str) -> Entry | None:
        """Return one entry, or None if it is not there."""
        found = await self._run(lambda: self._find(kind, name))
        return None if found is None or found.value is None else found

    async def write(self, kind: str, name: str, value: bytes | None, *, expected: int = ANY) -> Entry:
        """Keep or remove one entry and return it with its new version."""
        return await self._run(lambda: self._write(kind, name, value, expected))

    async def list(self, kind: str, prefix: str = "") -> tuple[Entry, ...]:
        """Return the entries of a kind whose names begin so, by name."""
        query = _ENTRY + "WHERE kind = ? AND value IS NOT NULL AND substr(name, 1, ?) = ? ORDER BY name"
        return await self._run(lambda: self._entries(query, kind, len(prefix), prefix))

    async def changes_since(self, cursor: str, kinds: Collection[str] | None = None) -> Changes:
        """Return what changed after this cursor; for one that is unknown all there is (of these kinds)."""
        return await self._run(lambda: self._changes(cursor, kinds))

    async def _run(self, work: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._worker, self._do, work)

    def _do(self, work: Callable[[], _Result]) -> _Result:
        with _told(self._path):
            # SQLite would go on with a file that nobody else can see any more.
            if not self._path.exists() or self._path.stat().st_ino != self._inode:
                raise StateDamaged(str(self._path), "was moved or deleted while it was in use")
            return work()

    def _write(self, kind: str, name: str, value: bytes | None, expected: int) -> Entry:
        with self._transaction("IMMEDIATE"):
            known = self._find(kind, name)
            if expected not in (ANY, NEW if known is None or known.value is None else known.version):
                raise StateConflict(kind, name)
            self._connection.execute("UPDATE store SET version = version + 1")
            entry = Entry(kind, name, value, self._standing()[1])
            self._connection.execute(
                "INSERT OR REPLACE INTO entries (kind, name, value, version) VALUES (?, ?, ?, ?)",
                (kind, name, value, entry.version),
            )
            if value is None:
                self._forget(entry.version - self._removals_kept)
            return entry

    def _forget(self, until: int) -> None:
        gone = "FROM entries WHERE value IS NULL AND version <= ?"
        (newest,) = self._connection.execute(f"SELECT max(version) {gone}", (until,)).fetchone()
        if newest is not None:
            self._connection.execute(f"DELETE {gone}", (until,))
            self._connection.execute("UPDATE store SET floor = ?", (newest,))

    def _changes(self, cursor: str, kinds: Collection[str] | None) -> Changes:
        with self._transaction("DEFERRED"):
            epoch, version, floor = self._standing()
            since = read_cursor(cursor, epoch, floor=floor, version=version)
            if since is None:
                entries = self._whole(kinds)
            else:
                entries = self._entries(_ENTRY + "WHERE version > ? ORDER BY version", since)
            return Changes(write_cursor(epoch, version), entries, is_whole=since is None)

    def _whole(self, kinds: Collection[str] | None) -> tuple[Entry, ...]:
        if kinds is None:
            return self._entries(_ENTRY + "WHERE value IS NOT NULL ORDER BY version")
        query = _ENTRY + "WHERE kind = ? AND value IS NOT NULL"
        found = [entry for kind in kinds for entry in self._entries(query, kind)]
        return tuple(sorted(found, key=lambda entry: entry.version))

    def _find(self, kind: str, name: str) -> Entry | None:
        found = self._entries(_ENTRY + "WHERE kind = ? AND name = ?", kind, name)
        return found[0] if found else None

    def _entries(self, query: str, *values: str | int) -> tuple[Entry, ...]:
        return tuple(Entry(*row) for row in self._connection.execute(query, values))

    def _standing(self) -> tuple[str, int, int]:
        epoch, version, floor = self._connection.execute("SELECT epoch, version, floor FROM store").fetchone()
        return epoch, version, floor

    @contextmanager
    def _transaction(self, mode: str) -> Iterator[None]:
        self._connection.execute(f"BEGIN {mode}")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            # A failed commit may have rolled back by itself.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise


def _make(path: Path) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}.draft")
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_FORM}; COMMIT;")
            connection.execute("INSERT INTO store VALUES (?, 0, 0)", (new_epoch(),))
        # Another process may be making the same file: the first one's counts.
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink(missing_ok=True)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=_PATIENCE_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA synchronous = FULL")
        _check(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    (form,) = connection.execute("PRAGMA user_version").fetchone()
    if form != _FORM:
        raise StateDamaged(str(path), f"has form {form}, and this version reads form {_FORM}")
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    (stores,) = connection.execute("SELECT count(*) FROM store").fetchone()
    if verdict != "ok" or stores != 1:
        raise StateDamaged(str(path), "is damaged")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise StateUnavailable(f"{path} does not answer ({error}).") from error
    except sqlite3.DatabaseError as error:
        raise StateDamaged(str(path), "is damaged") from error
    except OSError as error:
        raise StateUnavailable(f"{path} cannot be reached ({error.strerror}).") from error


@contextmanager
def _told_at_start(path: Path) -> Iterator[None]:
    try:
        with _told(path):
            yield
    except StateUnavailable as error:
        raise UnusableState(str(error)) from error
