"""`deepseek-gateway audit`: the acts, each in a file of its own."""

import argparse
from typing import Any

from gateway.cli.audit import prove, verifier, verify

ACTS = (verify, prove, verifier)


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add the verb and its acts to the command line."""
    parser = subparsers.add_parser("audit", help="verify, prove and search the audit log")
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    for act in ACTS:
        act.add_parser(acts)
