"""`deepseek-gateway audit verify`: does the log, or a proof, prove itself?"""

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gateway.audit.verify.main import BAD, EXIT_CODES, add_arguments, checked, say
from gateway.cli.audit.looks import Look, NotRecorded, record_look
from gateway.cli.audit.place import log_folders


def add_parser(acts: "argparse._SubParsersAction[Any]") -> None:
    """Add the act to the command line."""
    parser = acts.add_parser("verify", help="check the log, or a proof from it", epilog=EXIT_CODES)
    parser.add_argument(
        "path",
        nargs="?",
        type=Path,
        metavar="FOLDER|PROOF",
        help="a log's folder or a proof's file (default: $GATEWAY_STATE_DIR/audit, and the second one)",
    )
    add_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check what is there, record the look, say what was found."""
    paths = [args.path] if args.path is not None else log_folders(args.environ)
    statuses: list[int] = []
    for path in paths:
        answer = checked(path, args.pin, args.anchor, as_json=args.json)
        # A folder that may not even be looked at is none here; `checked` has said why.
        if os.path.isdir(path):  # noqa: PTH112 - a path's own question raises then
            _record(answer.status, path, args.environ)
        statuses.append(say(answer))
    return BAD if BAD in statuses else max(statuses)


def _record(status: int, folder: Path, environ: Mapping[str, str]) -> None:
    try:
        record_look(Look("verify", {"status": status}), [folder], environ)
    except NotRecorded as error:
        # A log that cannot be written any more must still be checked; nothing of it is shown.
        sys.stderr.write(f"note: {error.reason}\n")
