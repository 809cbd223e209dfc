"""`deepseek-gateway audit verify`: does the log, or a proof, prove itself?"""

import argparse
import os
from pathlib import Path
from typing import Any

from gateway.audit.verify.main import EXIT_CODES, add_arguments, check
from gateway.cli.audit.place import log_folder


def add_parser(acts: "argparse._SubParsersAction[Any]") -> None:
    """Add the act to the command line."""
    parser = acts.add_parser("verify", help="check the log, or a proof from it", epilog=EXIT_CODES)
    parser.add_argument(
        "path",
        nargs="?",
        type=Path,
        default=log_folder(os.environ),
        metavar="FOLDER|PROOF",
        help="a log's folder or a proof's file (default: $GATEWAY_STATE_DIR/audit)",
    )
    add_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check what is there."""
    return check(args.path, args.pin, args.anchor, as_json=args.json)
