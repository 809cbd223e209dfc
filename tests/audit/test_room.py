"""The room as a whole; whole gateways write through it in tests/journeys/test_audit.py."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.audit.room import AuditRoom, AuditSettings
from gateway.foundation.clock import FakeClock
from gateway.foundation.keys import GATEWAY
from gateway.foundation.state_folder import UnusableState
from gateway.foundation.state_follower import StateFollower
from gateway.foundation.state_store import IDENTITY, Changes, MemoryStateStore
from gateway.vocabulary.notice import Notice
from tests.fakes.audit_side import records_in, some_keys
from tests.fakes.log_check import check_log


class State:
    """A state store and its keys, which outlast a process."""

    def __init__(self) -> None:
        self.store = MemoryStateStore()
        self.keys = some_keys(self.store)


async def a_room(settings: AuditSettings, told: list[Notice], state: State | None = None) -> AuditRoom:
    state = state or State()
    store, keys = state.store, state.keys
    await keys.ensure([GATEWAY, "acme"])
    room = AuditRoom(settings, keys, store, clock=FakeClock(), tell=told.append)
    await room.open()
    await room.ensure(["acme"])
    return room


def some_settings(folder: Path, *more: Path, anchor: Path | None = None) -> AuditSettings:
    return AuditSettings(
        folders=(folder, *more), host="web1", slot=1, version="1", anchor_folder=anchor, anchor_command=None
    )


async def test_what_is_noticed_is_written_signed_and_anchored(tmp_path: Path) -> None:
    """
    From opening to closing, by its threads.
    """
    (tmp_path / "anchor").mkdir()
    room = await a_room(some_settings(tmp_path / "log", anchor=tmp_path / "anchor"), [])
    room.start()
    room.trail.noticed(Notice("policy.reloaded", {"version": "v2"}))

    await room.close()

    assert ["log.opened", "policy.reloaded", "log.heartbeat", "log.closed"] == [
        record["event"] for record in records_in(tmp_path / "log")
    ]
    check_log(tmp_path / "log")
    assert list((tmp_path / "anchor").glob("*/*.checkpoint"))


async def test_this_month_and_the_next_have_keys(tmp_path: Path) -> None:
    """
    For every tenant and for the gateway itself, so that none is missing at midnight.
    """
    room = await a_room(some_settings(tmp_path), [])

    for owner in ("acme", GATEWAY):
        assert ["2027-01", "2027-02"] == [period.name for period in room.lookups.periods(owner)]
    await room.close()


async def test_keys_are_made_when_the_store_answers_again(tmp_path: Path) -> None:
    """
    A state store that is away for an hour ends nothing: there is a month of time.
    """
    clock, store = FakeClock(), MemoryStateStore()
    keys = some_keys(store)
    await keys.ensure([GATEWAY])
    room = AuditRoom(some_settings(tmp_path), keys, store, clock=clock, tell=lambda _: None)
    await room.open()
    await room.ensure([])
    clock.advance(31 * 86_400)

    store.fail()
    await room.renew()
    missing = [period.name for period in room.lookups.periods(GATEWAY)]
    store.fail(None)
    await room.renew()

    assert ["2027-01", "2027-02"] == missing
    assert [*missing, "2027-03"] == [period.name for period in room.lookups.periods(GATEWAY)]
    await room.close()


async def test_a_folder_that_cannot_be_used_refuses_the_start(tmp_path: Path) -> None:
    """
    And says in which settings the way out is.
    """
    (tmp_path / "log").touch()

    with pytest.raises(UnusableState, match="GATEWAY_AUDIT_SECOND_DIR"):
        await a_room(some_settings(tmp_path / "log"), [])


async def test_the_folder_that_cannot_be_used_is_the_one_that_is_named(tmp_path: Path) -> None:
    """
    Also where it is the second and the first is well.
    """
    (second := tmp_path / "second").touch()

    with pytest.raises(UnusableState, match=f"in {second} "):
        await a_room(some_settings(tmp_path / "log", second), [])


async def test_a_start_without_its_disk_begins_no_other_log(tmp_path: Path) -> None:
    """
    The bare folder is left as it is; with the disk back, the log goes on.
    """
    settings = replace(some_settings(tmp_path / "log"), state_dir=tmp_path / "state")
    state = State()
    await (await a_room(settings, [], state)).close()
    move(tmp_path / "log", tmp_path / "disk")

    with pytest.raises(UnusableState, match="Mount its disk"):
        await a_room(settings, [], state)
    assert not (tmp_path / "log").exists()
    move(tmp_path / "disk", tmp_path / "log")
    await (await a_room(settings, [], state)).close()
    assert 2 == len(list((tmp_path / "log" / "writers").iterdir()))


def move(there: Path, here: Path) -> None:
    """Take a folder away, or bring it back."""
    there.rename(here)


async def test_what_keeps_records_from_being_kept_is_told_by_its_name(tmp_path: Path) -> None:
    """
    As long as it is so: nobody has to have read the line in the log.
    """
    settings = some_settings(tmp_path / "log", anchor=tmp_path / "anchor")
    state = State()
    well = await a_room(settings, [], state)
    await well.close()
    calm = _true(well)
    room = await a_room(replace(settings, reserve_bytes=2**60), [], state)
    low = _true(room)
    (tmp_path / "anchor").write_bytes(b"in the way of the folder")
    room.start()

    await room.close()

    assert [] == calm
    assert ["disk_reserve"] == low
    assert "anchor" in _true(room)
    assert {"disk", "disk_reserve", "writer_stopped", "not_as_signed", "anchor"} == {
        reason for (reason,) in room.troubles
    }


def _true(room: AuditRoom) -> list[str]:
    return [reason for (reason,), is_so in room.troubles.items() if is_so]


async def test_a_start_does_not_read_the_keys_of_all_persons(tmp_path: Path) -> None:
    """
    There is one for each person who was ever here: with half a million, no gateway would start in time.
    """
    room = await a_room(some_settings(tmp_path / "log"), [])
    store = AskedStore()
    follower = StateFollower(store, FakeClock())
    room.follow(follower)

    await follower.catch_up()
    await room.close()

    assert [{"audit_period", "audit_signer", IDENTITY[0]}] == store.asked


class AskedStore(MemoryStateStore):
    """A store that remembers of which kinds everything was wanted."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[set[str]] = []

    async def changes_since(self, cursor: str, kinds: Collection[str] | None = None) -> Changes:
        """Remember it."""
        self.asked.append(set(kinds or ()))
        return await super().changes_since(cursor, kinds)


async def test_a_state_store_without_the_log_s_keys_signs_nothing(tmp_path: Path) -> None:
    """
    One from a backup older than the key, or a new one: what was signed can still be checked.
    """
    await (await a_room(some_settings(tmp_path), [])).close()
    before = (tmp_path / "epochs.jsonl").read_bytes()

    with pytest.raises(UnusableState, match="a key that the state store does not have"):
        await a_room(some_settings(tmp_path), [])

    assert before == (tmp_path / "epochs.jsonl").read_bytes()
    check_log(tmp_path)
