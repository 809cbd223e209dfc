"""`deepseek-gateway audit forget-period`: let the hashes of a month name nobody any more."""

import argparse
import os
import re
import sys
from typing import Any

from gateway.cli.audit.office import Office, complain, run_act

_PERIOD = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def add_parser(acts: "argparse._SubParsersAction[Any]") -> None:
    """Add the act to the command line."""
    parser = acts.add_parser(
        "forget-period", help="destroy a month's look-up key: its hashes name nobody any more"
    )
    parser.add_argument("--tenant", required=True)
    parser.add_argument("period", type=_period, metavar="YYYY-MM")
    parser.set_defaults(run=run, environ=os.environ)


def run(args: argparse.Namespace) -> int:
    """Forget a period."""

    async def act(office: Office) -> int:
        if not await office.eraser.forget_period(args.tenant, args.period):
            return complain(f"'{args.tenant}' has no look-up key of {args.period}")
        sys.stdout.write(f"The hashes of {args.period} can be tied to no value any more.\n")
        return 0

    return run_act(args.environ, act)


def _period(text: str) -> str:
    if _PERIOD.fullmatch(text) is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no month; write 2027-01")
    return text
