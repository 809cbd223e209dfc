"""The store in memory, and what cursors mean; tests/contracts says what all stores do."""

import pytest

from gateway.foundation.state_store import (
    MemoryStateStore,
    StateDamaged,
    StateUnavailable,
    new_epoch,
    read_cursor,
    write_cursor,
)


async def test_a_store_out_of_reach_answers_nothing() -> None:
    """
    Every question and every change is refused until it is back.
    """
    store = MemoryStateStore()
    await store.write("a", "1", b"x")
    store.fail()

    for question in (
        store.read("a", "1"),
        store.write("a", "1", b"y"),
        store.list("a"),
        store.changes_since(""),
    ):
        with pytest.raises(StateUnavailable):
            await question
    store.fail(None)

    entry = await store.read("a", "1")
    assert entry is not None
    assert b"x" == entry.value


def test_a_damaged_store_says_how_to_restore_it() -> None:
    """
    The message names the place and the command.
    """
    assert "state.db is damaged. Restore it with `deepseek-gateway state restore" in str(
        StateDamaged("state.db", "is damaged")
    )


def test_a_cursor_comes_back_as_it_was() -> None:
    """
    In the epoch that made it, between floor and version.
    """
    epoch = new_epoch()

    assert 7 == read_cursor(write_cursor(epoch, 7), epoch, floor=7, version=7)


@pytest.mark.parametrize(("floor", "version"), [(8, 9), (0, 6)])
def test_a_cursor_outside_what_is_known_is_none(floor: int, version: int) -> None:
    """
    Before the floor removals were forgotten; after the version nothing was written.
    """
    assert read_cursor("e:7", "e", floor=floor, version=version) is None
