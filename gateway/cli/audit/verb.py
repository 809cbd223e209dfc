"""`deepseek-gateway audit`: the acts, each in a file of its own."""

import argparse
import os
from typing import Any

from gateway.cli.audit import export, hash, prove, query, report, tail, verifier, verify  # noqa: A004 - the acts' names

ACTS = (verify, prove, verifier, query, tail, report, export, hash)


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add the verb and its acts to the command line."""
    parser = subparsers.add_parser("audit", help="verify, prove and search the audit log")
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    for act in ACTS:
        act.add_parser(acts)
    parser.set_defaults(environ=os.environ)
