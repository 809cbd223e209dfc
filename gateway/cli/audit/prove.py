"""`deepseek-gateway audit prove`: a proof of one request, for someone outside."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from gateway.audit.review.proof import CannotProve, prove_in
from gateway.cli.audit.looks import Look, NotRecorded, record_look
from gateway.cli.audit.place import add_folder, folders_of


def add_parser(acts: "argparse._SubParsersAction[Any]") -> None:
    """Add the act to the command line."""
    parser = acts.add_parser("prove", help="make a proof of one request that anyone can check offline")
    parser.add_argument("request_id", metavar="REQUEST_ID")
    parser.add_argument(
        "--checkpoint", type=Path, metavar="FILE", help="prove under this checkpoint, which the asker keeps"
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: standard output")
    add_folder(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the proof."""
    try:
        note = args.checkpoint.read_text(encoding="utf-8") if args.checkpoint is not None else None
        proof = prove_in(folders_of(args), args.request_id, note=note)
        look = Look("prove", {"request_id": args.request_id}, records=len(proof["records"]))
        record_look(look, folders_of(args), args.environ)
        text = json.dumps(proof, indent=1) + "\n"
        if args.output is not None:
            args.output.write_text(text, encoding="utf-8")
        else:
            sys.stdout.write(text)
    except (CannotProve, NotRecorded, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0
