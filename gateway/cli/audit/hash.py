"""`deepseek-gateway audit hash`: was this value ever here?"""

import argparse
import asyncio
import sys
from dataclasses import asdict
from typing import Any

import orjson

from gateway.audit.lookup_keys import LookupKeys
from gateway.audit.review.lookup import KINDS, Sighting, hashes_of, look_for
from gateway.audit.review.sheet import Sheet
from gateway.audit.review.sources import NothingThere
from gateway.cli.audit.asking import add_format, add_sources, printed, source_files, sources_of
from gateway.cli.audit.looks import Look, NotRecorded, record_look
from gateway.cli.store import opened_state
from gateway.environment import InvalidSetting
from gateway.foundation.state_folder import UnusableState
from gateway.foundation.state_store import StateUnavailable
from gateway.settings import Settings, read_settings


def add_parser(acts: "argparse._SubParsersAction[Any]") -> None:
    """Add the act to the command line."""
    parser = acts.add_parser("hash", help="find an end user, a person or an address by the keyed hash of it")
    parser.add_argument("value", metavar="VALUE", help="the value; - reads it from standard input")
    parser.add_argument("--tenant", required=True, help="whose keys make the hash")
    parser.add_argument(
        "--kind", choices=KINDS, action="append", help="what the value is; may be repeated (default: all)"
    )
    add_format(parser)
    add_sources(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Look for the value, record the look without it, show what was found."""
    value = sys.stdin.readline().rstrip("\r\n") if args.value == "-" else args.value
    try:
        settings = read_settings(args.environ)
        hashes = asyncio.run(_hashes(value, args, settings))
        found = look_for(hashes, source_files(args))
        seen = sum(one.records for one in found)
        what = {"hashes": ",".join(one.hash for one in found)[:1000]}
        record_look(Look("hash", what, args.tenant, seen), sources_of(args), args.environ)
    except (InvalidSetting, UnusableState, StateUnavailable, NothingThere, NotRecorded, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if not found:
        sys.stderr.write(
            f"The tenant {args.tenant} has no look-up key: it is unknown, or its periods were forgotten.\n"
        )
        return 1
    sys.stdout.write(printed(_sheet(found), args.format))
    return 0


async def _hashes(value: str, args: argparse.Namespace, settings: Settings) -> list[Sighting]:
    async with opened_state(settings) as state:
        keys = LookupKeys(state.keys, state.store)
        await keys.load()
        periods = [period.name for period in keys.periods(args.tenant)]
        return hashes_of(
            value,
            args.kind or KINDS,
            periods,
            lambda what, kind, period: keys.hash(args.tenant, kind, what, period),
        )


def _sheet(found: list[Sighting]) -> Sheet:
    rows = [orjson.loads(orjson.dumps(asdict(one))) for one in found]
    return Sheet(tuple(rows[0]), [tuple(row.values()) for row in rows])
