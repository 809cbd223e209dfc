"""Every state store keeps entries, versions and the order of changes in the same way."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.foundation.redis_state_store import RedisStateStore
from gateway.foundation.sqlite_state_store import SqliteStateStore
from gateway.foundation.state_store import NEW, MemoryStateStore, StateConflict, StateStore
from tests.fakes.redis_links import a_link
from tests.fakes.redis_server import RedisServer

KINDS = ("memory", "sqlite", "redis")
_FEW = 3


@pytest.fixture(params=KINDS)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[StateStore]:
    """An empty store that remembers few removals."""
    if request.param == "memory":
        yield MemoryStateStore(removals_kept=_FEW)
        return
    if request.param == "redis":
        server: RedisServer = request.getfixturevalue("redis_server")
        async with a_link(server.url) as link:
            yield RedisStateStore(link, removals_kept=_FEW)
        return
    sqlite = SqliteStateStore(tmp_path / "state.db", removals_kept=_FEW)
    yield sqlite
    await sqlite.close()


async def test_what_was_never_written_is_not_there(store: StateStore) -> None:
    """
    None is no error.
    """
    assert await store.read("api_key", "k1") is None
    assert () == await store.list("api_key")


async def test_what_was_written_is_read_as_it_was(store: StateStore) -> None:
    """
    Any bytes, with the version that the writer was told.
    """
    written = await store.write("api_key", "k1", b"\x00\xff one")

    assert written == await store.read("api_key", "k1")
    assert b"\x00\xff one" == written.value


async def test_an_empty_value_is_a_value(store: StateStore) -> None:
    """
    Nothing but None removes.
    """
    await store.write("api_key", "k1", b"")

    entry = await store.read("api_key", "k1")

    assert entry is not None
    assert b"" == entry.value


async def test_kinds_have_names_of_their_own(store: StateStore) -> None:
    """
    The same name in two kinds is two entries.
    """
    await store.write("api_key", "k1", b"a")
    await store.write("client", "k1", b"b")

    assert [b"a"] == [entry.value for entry in await store.list("api_key")]
    assert [b"b"] == [entry.value for entry in await store.list("client")]


async def test_a_list_is_ordered_and_bounded_by_its_prefix(store: StateStore) -> None:
    """
    A prefix is plain text, whatever a database makes of its characters.
    """
    for name in ("b_1", "a", "b%1", "bx1", "B_1"):
        await store.write("client", name, b"x")

    assert ["B_1", "a", "b%1", "b_1", "bx1"] == [entry.name for entry in await store.list("client")]
    assert ["b_1"] == [entry.name for entry in await store.list("client", "b_")]
    assert ["b%1"] == [entry.name for entry in await store.list("client", "b%")]


async def test_every_change_has_a_later_version(store: StateStore) -> None:
    """
    Across kinds, and for removals too.
    """
    versions = [
        (await store.write(kind, "k1", value)).version
        for kind, value in (("a", b"1"), ("b", b"1"), ("a", b"2"), ("a", None), ("a", b"3"))
    ]

    assert sorted(set(versions)) == versions


async def test_a_write_takes_the_version_that_was_read(store: StateStore) -> None:
    """
    Compare and set: the second of two writers who read the same is refused.
    """
    first = await store.write("api_key", "k1", b"1")
    await store.write("api_key", "k1", b"2", expected=first.version)

    with pytest.raises(StateConflict):
        await store.write("api_key", "k1", b"3", expected=first.version)

    entry = await store.read("api_key", "k1")
    assert entry is not None
    assert b"2" == entry.value


async def test_a_new_entry_is_made_once(store: StateStore) -> None:
    """
    Of many who make it at the same time, one succeeds.
    """
    made = await asyncio.gather(
        *(store.write("data_key", "acme", b"%d" % number, expected=NEW) for number in range(8)),
        return_exceptions=True,
    )

    refused = [one for one in made if isinstance(one, StateConflict)]
    assert 7 == len(refused)


async def test_what_is_not_there_has_no_version_but_new(store: StateStore) -> None:
    """
    A change of something that was removed meanwhile is refused; making it again is not.
    """
    first = await store.write("api_key", "k1", b"1")
    await store.write("api_key", "k1", None)

    with pytest.raises(StateConflict):
        await store.write("api_key", "k1", b"2", expected=first.version)
    again = await store.write("api_key", "k1", b"2", expected=NEW)

    assert again.version > first.version


async def test_what_was_removed_is_gone(store: StateStore) -> None:
    """
    From reading and from lists.
    """
    await store.write("api_key", "k1", b"1")

    removed = await store.write("api_key", "k1", None)

    assert removed.value is None
    assert await store.read("api_key", "k1") is None
    assert () == await store.list("api_key")


async def test_the_first_question_gets_everything(store: StateStore) -> None:
    """
    Whole, in the order of the last changes.
    """
    await store.write("a", "1", b"old")
    await store.write("b", "1", b"x")
    await store.write("a", "1", b"new")

    changes = await store.changes_since("")

    assert changes.is_whole
    assert [("b", b"x"), ("a", b"new")] == [(entry.kind, entry.value) for entry in changes.entries]


async def test_who_names_kinds_gets_these_alone_where_everything_is_told(store: StateStore) -> None:
    """
    What comes after is told of every kind: it is little.
    """
    await store.write("b", "1", b"x")
    await store.write("person", "1", b"x")
    await store.write("a", "1", b"x")
    await store.write("b", "gone", b"x")
    await store.write("b", "gone", None)

    whole = await store.changes_since("", {"a", "b", "c"})
    await store.write("person", "1", None)
    later = await store.changes_since(whole.cursor, {"a", "b", "c"})

    assert (True, False) == (whole.is_whole, later.is_whole)
    assert [("b", "1"), ("a", "1")] == [(entry.kind, entry.name) for entry in whole.entries]
    assert [("person", "1", None)] == [(entry.kind, entry.name, entry.value) for entry in later.entries]


async def test_later_questions_get_what_came_since(store: StateStore) -> None:
    """
    Each entry once in its present state, removals included.
    """
    await store.write("a", "kept", b"x")
    await store.write("a", "gone", b"x")
    cursor = (await store.changes_since("")).cursor
    await store.write("a", "new", b"1")
    await store.write("a", "gone", None)
    await store.write("a", "new", b"2")

    changes = await store.changes_since(cursor)

    assert not changes.is_whole
    assert [("gone", None), ("new", b"2")] == [(entry.name, entry.value) for entry in changes.entries]
    assert () == (await store.changes_since(changes.cursor)).entries


@pytest.mark.parametrize("cursor", ["nonsense", "0:0", "0123456789abcdef:1", ":", "a:b:c"])
async def test_a_strange_cursor_gets_everything(store: StateStore, cursor: str) -> None:
    """
    A cursor of another store, or of this one's earlier life, fits nothing.
    """
    await store.write("a", "1", b"x")

    changes = await store.changes_since(cursor)

    assert changes.is_whole
    assert 1 == len(changes.entries)


async def test_a_cursor_from_the_future_gets_everything(store: StateStore) -> None:
    """
    The store lost what that cursor saw.
    """
    epoch, _, version = (await store.changes_since("")).cursor.partition(":")

    changes = await store.changes_since(f"{epoch}:{int(version) + 1}")

    assert changes.is_whole


async def test_who_missed_too_many_removals_gets_everything(store: StateStore) -> None:
    """
    Removals are remembered in a bounded number; nobody goes on believing in what is gone.
    """
    await store.write("a", "stays", b"x")
    cursor = (await store.changes_since("")).cursor
    for number in range(_FEW + 5):
        await store.write("a", f"t{number}", b"x")
        await store.write("a", f"t{number}", None)

    changes = await store.changes_since(cursor)

    assert changes.is_whole
    assert ["stays"] == [entry.name for entry in changes.entries]


@pytest.mark.slow
async def test_more_than_a_page_comes_whole(store: StateStore) -> None:
    """
    Long lists and long changes miss nothing and name nothing twice.
    """
    for number in range(2100):
        await store.write("api_key", f"k{number:05}", b"%d" % number)

    names = [entry.name for entry in await store.list("api_key")]
    changes = await store.changes_since("")

    expected = [f"k{number:05}" for number in range(2100)]
    assert expected == names == [entry.name for entry in changes.entries]


_NAMES = st.sampled_from(["a", "b", "c"])
_STEPS = st.lists(st.tuples(_NAMES, st.none() | st.binary(max_size=3), st.booleans()), max_size=30)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(steps=_STEPS)
async def test_who_follows_knows_what_the_store_knows(store: StateStore, steps: list[object]) -> None:
    """
    Whatever is written and removed, and whenever one asks, memory and store agree.
    """
    memory: dict[str, bytes] = {}
    for old in await store.list("a"):
        await store.write("a", old.name, None)
    cursor = ""
    for name, value, asks in steps:  # type: ignore[misc]
        await store.write("a", name, value)  # type: ignore[has-type]
        if asks:  # type: ignore[has-type]
            cursor = await _follow(store, cursor, memory)
    await _follow(store, cursor, memory)

    assert {entry.name: entry.value for entry in await store.list("a")} == memory


async def _follow(store: StateStore, cursor: str, memory: dict[str, bytes]) -> str:
    changes = await store.changes_since(cursor)
    if changes.is_whole:
        memory.clear()
    for entry in changes.entries:
        if entry.value is None:
            memory.pop(entry.name, None)
        else:
            memory[entry.name] = entry.value
    return changes.cursor
