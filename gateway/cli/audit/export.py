"""`deepseek-gateway audit export`: the records for other systems."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from gateway.audit.review.columns import COLUMNS
from gateway.audit.review.duck import LogTable, NeedsDuckDB
from gateway.audit.review.exports.ecs import ecs_document
from gateway.audit.review.exports.ocsf import ocsf_event
from gateway.audit.review.matching import Record
from gateway.audit.review.question import BadQuestion, conditions
from gateway.audit.review.reading import read_records
from gateway.audit.review.sheet import csv_lines
from gateway.audit.review.sources import NothingThere
from gateway.cli.audit.asking import add_question, add_sources, question_of, said_of, source_files, sources_of
from gateway.cli.audit.looks import Look, NotRecorded, record_look

_MAPPINGS: dict[str, Callable[[Record], dict[str, Any]]] = {"ocsf": ocsf_event, "ecs": ecs_document}


def add_parser(acts: "argparse._SubParsersAction[Any]") -> None:
    """Add the act to the command line."""
    parser = acts.add_parser("export", help="write the records for a SIEM, a spreadsheet or a data store")
    parser.add_argument("--format", choices=(*_MAPPINGS, "csv", "parquet"), required=True)
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="needed for parquet; else standard output"
    )
    add_question(parser)
    add_sources(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Record the look and write the records."""
    if args.format == "parquet" and args.output is None:
        sys.stderr.write("Parquet is no text: name a file with -o.\n")
        return 1
    try:
        # Counted and recorded before the first record is out; the look's own record is not among them.
        files = source_files(args)
        count = _count(files, args)
        what = said_of(args) | {"format": args.format}
        record_look(Look("export", what, args.tenant, count), sources_of(args), args.environ)
        if args.format == "parquet":
            _write_parquet(files, args)
        else:
            _write(files, args)
    except BrokenPipeError:
        raise
    except (BadQuestion, NeedsDuckDB, NothingThere, NotRecorded, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stderr.write(f"{count} records\n")
    return 0


def _count(files: Sequence[Path], args: argparse.Namespace) -> int:
    if args.format in _MAPPINGS:
        return sum(1 for _ in read_records(files, question_of(args)))
    where, parameters = conditions(question_of(args))
    with LogTable(files) as table:
        return int(table.ask(f"SELECT count(*) FROM records WHERE {where}", parameters).rows[0][0])  # noqa: S608 - names of our own


def _write(files: Sequence[Path], args: argparse.Namespace) -> None:
    if args.output is None:
        for line in _lines(files, args):
            sys.stdout.write(f"{line}\n")
        return
    with args.output.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in _lines(files, args))


def _lines(files: Sequence[Path], args: argparse.Namespace) -> Iterator[str]:
    if (mapping := _MAPPINGS.get(args.format)) is not None:
        for record in read_records(files, question_of(args)):
            yield orjson.dumps(mapping(record)).decode()
        return
    with LogTable(files) as table:
        yield from csv_lines(*table.read(*_everything(args)))


def _write_parquet(files: Sequence[Path], args: argparse.Namespace) -> None:
    with LogTable(files, writing=args.output.resolve().parent) as table:
        table.write_parquet(*_everything(args), args.output)


def _everything(args: argparse.Namespace) -> tuple[str, list[Any]]:
    where, parameters = conditions(question_of(args))
    columns = ", ".join(f'"{name}"' for name in COLUMNS)
    return f'SELECT {columns} FROM records WHERE {where} ORDER BY "time", writer, seq', parameters  # noqa: S608 - names of our own
