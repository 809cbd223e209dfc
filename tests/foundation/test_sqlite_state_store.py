"""The state file: private, durable, shared with other processes, and never made anew by itself."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from gateway.foundation.sqlite_state_store import SqliteStateStore
from gateway.foundation.state_folder import UnusableState
from gateway.foundation.state_store import StateDamaged, StateUnavailable


def modes_in(folder: Path) -> dict[str, int]:
    """Who may do what with each file."""
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}


async def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    """
    With its version, and the store's cursors stay good.
    """
    first = SqliteStateStore(tmp_path / "state.db")
    written = await first.write("api_key", "k1", b"x")
    cursor = (await first.changes_since("")).cursor
    await first.close()

    second = SqliteStateStore(tmp_path / "state.db")
    found, changes = await second.read("api_key", "k1"), await second.changes_since(cursor)
    await second.close()

    assert written == found
    assert ((), False) == (changes.entries, changes.is_whole)


async def test_two_processes_share_the_file(tmp_path: Path) -> None:
    """
    What the command line writes, a running gateway sees.
    """
    gateway, command_line = (SqliteStateStore(tmp_path / "state.db") for _ in range(2))
    cursor = (await gateway.changes_since("")).cursor

    await command_line.write("api_key", "k1", b"x")
    changes = await gateway.changes_since(cursor)
    await gateway.close()
    await command_line.close()

    assert ["k1"] == [entry.name for entry in changes.entries]


async def test_the_files_are_their_owners_alone(tmp_path: Path) -> None:
    """
    The log of writes too, and no draft is left.
    """
    store = SqliteStateStore(tmp_path / "state.db")
    await store.write("api_key", "k1", b"x")

    modes = modes_in(tmp_path)
    await store.close()

    assert {"state.db": 0o600, "state.db-wal": 0o600, "state.db-shm": 0o600} == modes


async def test_a_commit_is_on_the_disk_before_it_is_told(tmp_path: Path) -> None:
    """
    A revocation that a power cut takes back is none.
    """
    store = SqliteStateStore(tmp_path / "state.db")

    (level,) = store._connection.execute("PRAGMA synchronous").fetchone()
    await store.close()

    assert 2 == level


@pytest.mark.parametrize("content", [b"", b"not a database, but long enough to be one " * 40])
def test_a_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    """
    The way to restore it is told; nothing is made in its place.
    """
    path = tmp_path / "state.db"
    path.write_bytes(content)

    with pytest.raises(UnusableState, match="state restore"):
        SqliteStateStore(path)

    assert content == path.read_bytes()


def test_a_file_that_is_refused_is_let_go_of(tmp_path: Path) -> None:
    """
    So that it can be moved aside, and nothing of this process stays on it.
    """
    path = tmp_path / "state.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 99")

    with pytest.raises(UnusableState, match="form 99") as refusal:
        SqliteStateStore(path)

    held = [open_file.resolve() for open_file in Path("/proc/self/fd").iterdir() if open_file.exists()]
    assert path not in held
    assert refusal.value.__traceback__ is not None, "what it refers to is not cleared away yet"


async def test_a_page_that_went_bad_is_noticed_at_the_start(tmp_path: Path) -> None:
    """
    A file that still begins like a database is read through.
    """
    path = tmp_path / "state.db"
    store = SqliteStateStore(path)
    for number in range(200):
        await store.write("api_key", f"k{number}", b"x" * 100)
    await store.close()
    whole = bytearray(path.read_bytes())
    whole[8192:-4096] = b"\xa5" * (len(whole) - 12288)
    path.write_bytes(whole)

    with pytest.raises(UnusableState, match="state restore"):
        SqliteStateStore(path)


def test_a_file_of_another_form_is_refused(tmp_path: Path) -> None:
    """
    A later version's file is not guessed at.
    """
    with closing(sqlite3.connect(tmp_path / "state.db")) as connection:
        connection.execute("PRAGMA user_version = 9")
        connection.execute("CREATE TABLE other (x)")

    with pytest.raises(UnusableState, match="has form 9, and this version reads form 1"):
        SqliteStateStore(tmp_path / "state.db")


async def test_a_file_that_vanished_is_not_written_to(tmp_path: Path) -> None:
    """
    SQLite alone would go on with a file that nobody will ever find again.
    """
    path = tmp_path / "state.db"
    store = SqliteStateStore(path)
    path.unlink()

    with pytest.raises(StateDamaged, match="moved or deleted"):
        await store.write("api_key", "k1", b"x")
    await store.close()

    assert not path.exists()


@pytest.mark.slow
async def test_a_file_that_is_locked_for_too_long_is_unavailable(tmp_path: Path) -> None:
    """
    A writer waits for another one, but not for ever; a reader does not wait at all.
    """
    path = tmp_path / "state.db"
    store = SqliteStateStore(path)
    await store.write("api_key", "k1", b"x")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StateUnavailable, match="does not answer"):
            await store.write("api_key", "k1", b"y")
        found = await store.read("api_key", "k1")
        other.execute("ROLLBACK")
    await store.close()

    assert found is not None
    assert b"x" == found.value


async def test_work_is_done_beside_the_event_loop(tmp_path: Path) -> None:
    """
    Always in the same thread, which is not ours.
    """
    store = SqliteStateStore(tmp_path / "state.db")

    threads = {await store._run(threading.get_ident) for _ in range(3)}
    await store.close()

    assert 1 == len(threads)
    assert threading.get_ident() not in threads


def test_of_two_first_starts_one_makes_the_file(tmp_path: Path) -> None:
    """
    Both go on with the same store.
    """
    stores: list[SqliteStateStore] = []
    starts = [
        threading.Thread(target=lambda: stores.append(SqliteStateStore(tmp_path / "state.db")))
        for _ in range(2)
    ]
    for start in starts:
        start.start()
    for start in starts:
        start.join()

    assert 1 == len({store._standing()[0] for store in stores})
    for store in stores:
        store._connection.close()
        store._worker.shutdown()
