"""`deepseek-gateway audit tail`: the newest records, and those that come."""

import argparse
import sys
import threading
from pathlib import Path
from typing import Any

import orjson

from gateway.audit.review.matching import Record, destinations_of
from gateway.audit.review.question import BadQuestion
from gateway.audit.review.sources import NothingThere
from gateway.audit.review.tail import LogTail
from gateway.cli.audit.asking import add_question, question_of, said_of
from gateway.cli.audit.looks import Look, NotRecorded, record_look
from gateway.cli.audit.place import add_folder, folders_of

_EVERY_SECONDS = 0.5


def add_parser(acts: "argparse._SubParsersAction[Any]") -> None:
    """Add the act to the command line."""
    parser = acts.add_parser("tail", help="show the newest records, and with -f those that come")
    add_question(parser)
    parser.add_argument("-n", "--lines", type=int, default=10, metavar="N", help="default: %(default)s")
    parser.add_argument("-f", "--follow", action="store_true", help="go on until interrupted")
    parser.add_argument("--json", action="store_true", help="print whole records, one a line")
    add_folder(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Record the look, show what is there, and follow if that was asked for."""
    try:
        tail = LogTail(_folders(args), question_of(args))
        found = tail.last(args.lines)
        look = Look("tail", said_of(args) | {"follow": args.follow}, args.tenant, len(found))
        record_look(look, folders_of(args), args.environ)
    except (BadQuestion, NotRecorded, NothingThere, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    _show(found, as_json=args.json)
    if args.follow:
        _follow(tail, as_json=args.json)
    return 0


def _folders(args: argparse.Namespace) -> list[Path]:
    if args.folder is not None and not (args.folder / "writers").is_dir():
        raise NothingThere(f"There is no audit log in {args.folder}: it has no writers/.")
    return folders_of(args)


def _follow(tail: LogTail, *, as_json: bool) -> None:
    never = threading.Event()
    try:
        while not never.wait(_EVERY_SECONDS):
            _show(tail.new(), as_json=as_json)
    except (KeyboardInterrupt, BrokenPipeError):
        return


def _show(records: list[Record], *, as_json: bool) -> None:
    for record in records:
        line = orjson.dumps(record).decode() if as_json else line_of(record)
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def line_of(record: Record) -> str:
    """Return a record as one line for a person."""
    where = ",".join(destinations_of(record))
    parts = (
        record["time"],
        record["event"],
        record.get("request_id"),
        record.get("tenant"),
        record.get("model"),
        f"-> {where}" if where else None,
        record.get("ending"),
        record.get("code"),
        record.get("actor"),
    )
    return "  ".join(str(part) for part in parts if part is not None)
