"""`deepseek-gateway signing-keys`: see and change the keys that sign our own tokens."""

import argparse
import asyncio
import os
import sys
from datetime import UTC, datetime
from typing import Any

from gateway.cli.audit.office import Unrecorded, opened_office, record_after
from gateway.cli.store import opened_state
from gateway.environment import InvalidSetting
from gateway.foundation.clock import SystemClock
from gateway.foundation.keys import TenantKeys
from gateway.foundation.state_folder import UnusableState
from gateway.foundation.state_store import StateConflict, StateStore, StateUnavailable
from gateway.identity.issuing.signing_keys import SigningKeys
from gateway.settings import Settings, read_settings


def add_parser(subparsers: Any) -> None:
    """Add the verb to the command line."""
    parser = subparsers.add_parser(
        "signing-keys", help="see and change the keys that sign tokens", description=__doc__
    )
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    acts.add_parser("list", help="list the keys, and which of them sign now")
    acts.add_parser("rotate", help="make new keys now; they sign in an hour, and no token is lost")
    acts.add_parser("replace", help="after a leak: new keys at once; every token that was issued is lost")
    parser.set_defaults(run=run, environ=os.environ)


def run(args: argparse.Namespace) -> int:
    """Do what was asked; 1 and a line that says why if it cannot be done."""
    try:
        act = {"list": _list, "rotate": _rotate, "replace": _replace}[args.act]
        return asyncio.run(act(read_settings(args.environ)))
    except Unrecorded as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except (InvalidSetting, UnusableState, StateUnavailable, StateConflict, OSError) as error:
        sys.stderr.write(f"nothing was changed: {error}\n")
        return 1


async def _list(settings: Settings) -> int:
    async with opened_state(settings) as state:
        return _show(await _keys_of(state.store, state.keys))


async def _rotate(settings: Settings) -> int:
    async with opened_office(settings) as office:
        keys = await _keys_of(office.store, office.keys)
        if keys.ages():
            await keys.rotate()
            office.record("signing.keys_rotated", keys=_names(keys))
        return _show(keys)


async def _replace(settings: Settings) -> int:
    async with opened_state(settings) as state:
        keys = await _keys_of(state.store, state.keys)
        if not keys.ages():
            return _show(keys)
        await keys.replace()
    _show(keys)
    # After it: keys that leaked do not wait until there is room for the log.
    await record_after(settings, "signing.keys_replaced", keys=_names(keys))
    return 0


async def _keys_of(store: StateStore, data_keys: TenantKeys) -> SigningKeys:
    keys = SigningKeys(store, data_keys, SystemClock())
    await keys.ensure(frozenset())
    return keys


def _names(keys: SigningKeys) -> str:
    return " ".join(age.name for age in keys.ages())


def _show(keys: SigningKeys) -> int:
    sys.stdout.write("".join(_lines(keys)))
    if not keys.ages():
        sys.stderr.write("there is no key yet; a gateway with an OAuth client in its policies makes one\n")
    return 0


def _lines(keys: SigningKeys) -> list[str]:
    signing = keys.signing()
    return [
        f"{age.name}  made {datetime.fromtimestamp(age.made_at, UTC).isoformat(timespec='seconds')}"
        f"{'  signs' if age.name in signing else ''}\n"
        for age in keys.ages()
    ]
