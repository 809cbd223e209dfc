"""`deepseek-gateway audit hold`: what is held is neither erased nor does it expire."""

import argparse
import os
import sys
from typing import Any

from gateway.cli.audit.office import Office, run_act

_NAME_LENGTH = 200


def add_parser(acts: "argparse._SubParsersAction[Any]") -> None:
    """Add the act to the command line."""
    parser = acts.add_parser("hold", help="place, lift and list legal holds")
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    place = what.add_parser("place", help="let nothing of a tenant, or of some persons, be erased or expire")
    place.add_argument("name", type=_name, help="how the hold is called, such as the file number")
    place.add_argument("--tenant", required=True)
    place.add_argument("--subject", action="append", default=[], help="only this person; may be repeated")
    lift = what.add_parser("lift", help="end a hold")
    lift.add_argument("name")
    for one in (place, lift):
        one.add_argument("--reason", help="stands in the record")
    what.add_parser("list", help="list the holds that stand")
    parser.set_defaults(run=run, environ=os.environ)


def run(args: argparse.Namespace) -> int:
    """Do what was asked."""

    async def act(office: Office) -> int:
        eraser = office.eraser
        if args.what == "list":
            for hold in await eraser.holds.all():
                over = f"{len(hold.references)} persons of" if hold.references else "all of"
                sys.stdout.write(
                    f"{hold.name}  {over} {hold.tenant}  since {hold.placed}  {hold.reason or ''}\n"
                )
            return 0
        if args.what == "place":
            done = await eraser.place_hold(args.name, args.tenant, args.subject, args.reason)
            problem = f"there is a hold '{args.name}' already"
        else:
            done = await eraser.lift_hold(args.name, args.reason)
            problem = f"there is no hold '{args.name}'"
        if not done:
            sys.stderr.write(f"{problem}\n")
        return 0 if done else 1

    return run_act(args.environ, act)


def _name(text: str) -> str:
    if not text.strip() or not text.isprintable() or len(text) > _NAME_LENGTH:
        raise argparse.ArgumentTypeError(f"a hold has a name of up to {_NAME_LENGTH} printable characters")
    return text
