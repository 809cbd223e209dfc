"""`deepseek-gateway credentials`: keep credentials for upstreams in the state store."""

import argparse
import asyncio
import os
import re
import sys
from pathlib import Path
from typing import Any

from gateway.cli.audit.office import Unrecorded, opened_office
from gateway.cli.store import opened_state
from gateway.environment import InvalidSetting
from gateway.foundation.secret import Secret
from gateway.foundation.state_folder import UnusableState
from gateway.foundation.state_store import StateConflict, StateUnavailable
from gateway.settings import Settings, read_settings
from gateway.upstreams.credentials.obtaining import NotObtained
from gateway.upstreams.credentials.stored import StoredCredentials

# As the policy documents write it (upstreams/credentials/rules.py).
_NAME = re.compile("[a-z0-9][a-z0-9._-]{0,62}")


def add_parser(subparsers: Any) -> None:
    """Add the verb to the command line."""
    parser = subparsers.add_parser(
        "credentials", help="keep credentials for upstreams in the state store", description=__doc__
    )
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    keep = acts.add_parser("set", help="read a credential from standard input and keep it, sealed")
    remove = acts.add_parser("remove", help="forget a credential; upstreams that want it get none")
    keep.add_argument("--file", type=Path, metavar="PATH", help="read it from this file instead")
    for one in (keep, remove):
        one.add_argument("name", help="what `stored_credential` in a policy document calls it")
    acts.add_parser("list", help="list the names of all that are kept")
    parser.set_defaults(run=run, environ=os.environ)


def run(args: argparse.Namespace) -> int:
    """Do what was asked; 1 and a line that says why if it cannot be done."""
    try:
        return asyncio.run(_run(args, read_settings(args.environ)))
    except Unrecorded as error:
        return _complain(str(error))
    except (NotObtained, InvalidSetting, UnusableState, StateUnavailable, StateConflict, OSError) as error:
        return _complain(f"nothing was changed: {error}")


async def _run(args: argparse.Namespace, settings: Settings) -> int:
    if args.act != "list" and not _NAME.fullmatch(args.name):
        return _complain("a name has up to 63 small letters, digits, dots, dashes and underscores")
    if args.act == "list":
        async with opened_state(settings) as state:
            names = await StoredCredentials(state.store, state.keys).names()
            sys.stdout.write("".join(f"{name}\n" for name in names))
        return 0
    async with opened_office(settings) as office:
        stored = StoredCredentials(office.store, office.keys)
        if args.act == "remove":
            if not await stored.remove(args.name):
                return _complain(f"there is no credential '{args.name}'")
            office.record("upstream.credential_removed", name=args.name)
            sys.stderr.write(f"'{args.name}' is forgotten; running gateways forget it within seconds\n")
        else:
            await stored.keep(args.name, Secret(_typed(args.file)))
            office.record("upstream.credential_kept", name=args.name)
            sys.stderr.write(f"'{args.name}' is kept; running gateways use it within seconds\n")
    return 0


def _typed(file: Path | None) -> str:
    try:
        return sys.stdin.read() if file is None else file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise NotObtained("what was given is no text") from error


def _complain(message: str) -> int:
    sys.stderr.write(message + "\n")
    return 1
