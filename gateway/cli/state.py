"""`deepseek-gateway state`: copy what lasts, put it back, change the master key."""

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from gateway.audit.standing import keep_standing
from gateway.cli.audit.office import Office, Unrecorded, complain, opened_office, record_after, run_act
from gateway.cli.store import opened_state, opened_store
from gateway.environment import InvalidSetting
from gateway.foundation.clock import SystemClock
from gateway.foundation.keys import KIND as DATA_KEY
from gateway.foundation.keys import TenantKeys
from gateway.foundation.master_key import (
    FILE as KEY_FILE,
)
from gateway.foundation.master_key import (
    InvalidMasterKey,
    keep_master_key,
    kept_master_key,
    new_master_key,
    read_master_key,
)
from gateway.foundation.secret import Secret
from gateway.foundation.sqlite_state_store import FILE as STORE_FILE
from gateway.foundation.sqlite_state_store import SqliteStateStore
from gateway.foundation.state import master_key_for
from gateway.foundation.state_backup import Kept, copy_state, put_back, read_copy
from gateway.foundation.state_folder import StateFolder, UnusableState
from gateway.foundation.state_store import MemoryStateStore, StateConflict, StateUnavailable
from gateway.identity.revived_keys import revived_keys
from gateway.settings import Settings, read_settings

_CLOCK = SystemClock()
# In this time every running gateway has seen the new master key.
_FOLLOWING_SECONDS = 3.0


def add_parser(subparsers: Any) -> None:
    """Add the verb to the command line."""
    parser = subparsers.add_parser("state", help="back up and restore what lasts", description=__doc__)
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    backup = acts.add_parser("backup", help="copy the state store to a new file; the master key is not in it")
    restore = acts.add_parser("restore", help="make the state store hold what a backup holds")
    for one in (backup, restore):
        one.add_argument("file", type=Path)
    restore.add_argument("--replace", action="store_true", help="although the store holds something else")
    acts.add_parser("rotate-master-key", help="wrap every data key by a new master key")
    destroy = acts.add_parser("destroy-data-key", help="make everything a tenant's key encrypted unreadable")
    destroy.add_argument("tenant")
    destroy.add_argument("--for-good", action="store_true", help="there is no way back")
    parser.set_defaults(run=run, environ=os.environ, following_seconds=_FOLLOWING_SECONDS)


def run(args: argparse.Namespace) -> int:
    """Do what was asked; 1 and a line that says why if it cannot be done."""
    if args.act == "destroy-data-key":
        return _destroy(args)
    act = {"backup": _backup, "restore": _restore, "rotate-master-key": _rotate}[args.act]
    try:
        sys.stdout.write(asyncio.run(act(args, read_settings(args.environ))) + "\n")
    except (InvalidSetting, UnusableState, StateUnavailable, StateConflict, Unrecorded) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


async def _backup(args: argparse.Namespace, settings: Settings) -> str:
    async with opened_state(settings) as state:
        count = await copy_state(state.store, args.file, _CLOCK.wall())
    # After it: where the log is in trouble, a copy is wanted all the more.
    await record_after(settings, "state.copied", entries=count)
    return f"{args.file}: {count} entries; keep the master key elsewhere, without it they open nothing"


async def _restore(args: argparse.Namespace, settings: Settings) -> str:
    kept = await asyncio.to_thread(read_copy, args.file)
    # A master key that changes meanwhile would leave behind what was wrapped by the one before.
    with StateFolder(settings.state_dir).alone("restoring the state"):
        return await _restore_alone(kept, args, settings)


async def _restore_alone(kept: list[Kept], args: argparse.Namespace, settings: Settings) -> str:
    await _check_keys(kept, settings)
    aside = "" if settings.redis is not None else await asyncio.to_thread(_move_aside, settings.state_dir)
    async with opened_store(settings) as store:
        present = (await store.changes_since("")).entries
        if present and not args.replace:
            raise UnusableState(
                f"The state store holds {len(present)} entries. Make a backup of it first, and say --replace."
            )
        held = [Kept(one.kind, one.name, one.value) for one in present if one.value is not None]
        changed, revived = await put_back(store, keep_standing(kept, held)), revived_keys(kept, held)
    # Only now there is a state by whose keys the log can be opened.
    if revived:
        sys.stderr.write(f"good again, though taken back since the backup: {' '.join(revived)}\n")
    facts = {"entries": len(kept), "changed": changed, "present": len(present)}
    await record_after(settings, "state.restored", **facts, revived_keys=" ".join(revived) or None)
    return f"{len(kept)} entries, {changed} of them changed; restart the gateways on this store{aside}"


async def _check_keys(kept: list[Kept], settings: Settings) -> None:
    """Refuse a copy whose data keys this master key does not open, before anything is touched."""
    trial = MemoryStateStore()
    for one in kept:
        if one.kind == DATA_KEY:
            await trial.write(one.kind, one.name, one.value)
    master = await master_key_for(trial, settings.state_dir, settings.master_key)
    await TenantKeys(master, trial).load()


def _move_aside(folder: Path) -> str:
    """Put a store that cannot be opened out of the way; say where."""
    path = folder / STORE_FILE
    if not path.exists():
        return ""
    try:
        store = SqliteStateStore(path)
    except UnusableState:
        aside = path.with_name(f"{STORE_FILE}.damaged-{int(_CLOCK.wall())}")
        for end in ("", "-wal", "-shm"):
            part = path.with_name(path.name + end)
            if part.exists():
                part.rename(aside.with_name(aside.name + end))
        return f"; the damaged one is {aside}"
    asyncio.run(store.close())
    return ""


async def _rotate(args: argparse.Namespace, settings: Settings) -> str:
    if settings.master_key is not None:
        return await _rotate_given(settings)
    # Of two at once, the one that ends later would keep its own new key alone.
    with StateFolder(settings.state_dir).alone("changing the master key"):
        return await _rotate_kept(args, settings)


async def _rotate_kept(args: argparse.Namespace, settings: Settings) -> str:
    old = kept_master_key(settings.state_dir)
    if old is None:
        raise UnusableState(f"There is no {KEY_FILE} in {settings.state_dir}; start a gateway there first.")
    both = Secret(f"{(new := new_master_key()).reveal()}\n{old.reveal().strip()}")
    # Until the end the file holds both, so that a crash in between loses nothing.
    keep_master_key(settings.state_dir, both)
    async with opened_office(settings) as office:
        count = await office.keys.wrap_anew()
        await asyncio.sleep(args.following_seconds)
        count += await office.keys.wrap_anew()
        office.record("state.master_key_rotated", data_keys=count)
    keep_master_key(settings.state_dir, new)
    return (
        f"{count} data keys are wrapped by the new master key in {settings.state_dir / KEY_FILE}; backups "
        "made before open with the old one alone, which is kept nowhere: make a new backup"
    )


async def _rotate_given(settings: Settings) -> str:
    if len(_key_ids(settings)) < 2:
        raise UnusableState(
            "GATEWAY_MASTER_KEY holds one key. Put a new one before it, parted by a comma, restart every "
            "gateway with both, and run this again; then take the old one out."
        )
    async with opened_office(settings) as office:
        count = await office.keys.wrap_anew()
        office.record("state.master_key_rotated", data_keys=count)
    return f"{count} data keys are wrapped by the first of the master keys; the others can be taken out"


def _destroy(args: argparse.Namespace) -> int:
    if not args.for_good:
        return complain(
            f"This makes placeholders, cached answers and records of '{args.tenant}' unreadable. If that is "
            "meant, say --for-good; backups of the state store that still hold the key are yours to delete."
        )

    async def act(office: Office) -> int:
        await office.eraser.holds.demand_free(args.tenant)
        await office.keys.destroy(args.tenant)
        office.record("tenant.key_destroyed", tenant=args.tenant)
        sys.stdout.write(f"the data key of '{args.tenant}' is destroyed, and a fresh one is in its place\n")
        return 0

    return run_act(args.environ, act)


def _key_ids(settings: Settings) -> tuple[str, ...]:
    try:
        return read_master_key(settings.master_key or Secret("")).key_ids
    except InvalidMasterKey as error:
        raise UnusableState(f"GATEWAY_MASTER_KEY {error}") from error
