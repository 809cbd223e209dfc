"""`deepseek-gateway audit verifier`: the verifier as one file, to give away."""

import argparse
import sys
from pathlib import Path
from typing import Any

from gateway.audit.verify.standalone import standalone_text


def add_parser(acts: "argparse._SubParsersAction[Any]") -> None:
    """Add the act to the command line."""
    parser = acts.add_parser(
        "verifier", help="print the verifier as one file that needs only Python and cryptography"
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: standard output")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the file."""
    if args.output is None:
        sys.stdout.write(standalone_text())
        return 0
    try:
        args.output.write_text(standalone_text(), encoding="utf-8")
    except OSError as error:
        sys.stderr.write(f"{args.output} cannot be written: {error.strerror}\n")
        return 1
    return 0
