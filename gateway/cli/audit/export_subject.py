"""`deepseek-gateway audit export-subject`: everything that is kept about one person, as one file."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from gateway.audit.subject_export import SubjectExporter
from gateway.cli.audit.office import Office, read_subject, run_act


def add_parser(acts: "argparse._SubParsersAction[Any]") -> None:
    """Add the act to the command line."""
    parser = acts.add_parser("export-subject", help="everything kept about one person, as one JSON file")
    parser.add_argument("--tenant", required=True)
    parser.add_argument("--subject", required=True, help="as requests name them, or - for standard input")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: standard output")
    parser.set_defaults(run=run, environ=os.environ)


def run(args: argparse.Namespace) -> int:
    """Write the file."""
    subject = read_subject(args.subject)

    async def act(office: Office) -> int:
        exporter = SubjectExporter(office.room, office.eraser, clock=office.clock, actor=office.actor)
        found = await exporter.export(args.tenant, subject)
        text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
        if args.output is None:
            sys.stdout.write(text)
        else:
            descriptor = os.open(args.output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            # One that was there before, and that others may read, would stay so.
            os.fchmod(descriptor, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
        # Who misspelled the name sees it here, and not in an answer to somebody's request.
        sys.stderr.write(f"{len(found['records'])} records and {len(found['texts'])} texts of this person\n")
        return 0

    return run_act(args.environ, act)
