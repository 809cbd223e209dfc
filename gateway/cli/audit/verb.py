"""`deepseek-gateway audit`: the acts, each in a file of its own."""

import argparse
import os
from typing import Any

from gateway.cli.audit import (
    erase,
    expire,
    export,
    export_subject,
    forget_period,
    hash,  # noqa: A004 - the act's name
    hold,
    prove,
    query,
    report,
    rotate_key,
    tail,
    verifier,
    verify,
)

ACTS = (
    verify, prove, verifier, query, tail, report, export, hash,
    erase, forget_period, hold, expire, export_subject, rotate_key,
)  # fmt: skip


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add the verb and its acts to the command line."""
    parser = subparsers.add_parser("audit", help="verify, prove, search and prune the audit log")
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    for act in ACTS:
        act.add_parser(acts)
    parser.set_defaults(environ=os.environ)
