"""`deepseek-gateway audit erase`: make what was kept of a person unreadable."""

import argparse
import os
import sys
from typing import Any

from gateway.cli.audit.office import Office, read_subject, run_act


def add_parser(acts: "argparse._SubParsersAction[Any]") -> None:
    """Add the act to the command line."""
    parser = acts.add_parser(
        "erase", help="destroy the key of what was kept of a person; the log still verifies"
    )
    parser.add_argument("--tenant", required=True)
    parser.add_argument(
        "--subject",
        required=True,
        help="the end user as requests name them, or the person of a token; - for standard input",
    )
    parser.add_argument("--reason", help="stands in the record, so it names nobody")
    parser.set_defaults(run=run, environ=os.environ)


def run(args: argparse.Namespace) -> int:
    """Erase a person."""
    subject = read_subject(args.subject)

    async def act(office: Office) -> int:
        erased = await office.eraser.erase(args.tenant, subject, args.reason)
        if erased.key_id is None:
            sys.stdout.write("No text was kept of this person; that it was asked for is on record.\n")
        else:
            sys.stdout.write(f"The key {erased.key_id} is destroyed, {erased.texts} texts with it.\n")
        return 0

    return run_act(args.environ, act)
