"""`deepseek-gateway audit query`: search the records."""

import argparse
import re
import sys
from typing import Any

from gateway.audit.review.columns import SHOWN
from gateway.audit.review.duck import LogTable, NeedsDuckDB
from gateway.audit.review.question import BadQuestion, select
from gateway.audit.review.sheet import Sheet
from gateway.audit.review.sources import NothingThere
from gateway.cli.audit.asking import (
    add_format,
    add_question,
    add_sources,
    printed,
    question_of,
    said_of,
    shown,
    source_files,
    sources_of,
)
from gateway.cli.audit.looks import Look, NotRecorded, record_look

_LIMIT = 100
_SQL_CHARACTERS = 500
_LITERAL = re.compile(r"'(?:[^']|'')*'|\b\d{5,}\b")


def add_parser(acts: "argparse._SubParsersAction[Any]") -> None:
    """Add the act to the command line."""
    parser = acts.add_parser("query", help="search the records, by filters or with SQL")
    add_question(parser, limit=_LIMIT)
    parser.add_argument("--columns", metavar="A,B", help="which columns to show, separated by commas")
    parser.add_argument("--sql", help="one SELECT over the table `records`, in place of filters")
    add_format(parser)
    add_sources(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Search, record the look, show what was found."""
    try:
        with LogTable(source_files(args)) as table:
            sheet = _found(table, args)
            unreadable = table.unreadable
        what = said_of(args) if args.sql is None else {"sql": _without_literals(args.sql)}
        look = Look("query", what, args.tenant, len(sheet.rows))
        record_look(look, sources_of(args), args.environ)
    except (BadQuestion, NeedsDuckDB, NothingThere, NotRecorded, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(printed(sheet, args.format))
    if len(sheet.rows) == args.limit:
        sys.stderr.write(f"note: {args.limit} rows are the limit (--limit); there may be more\n")
    if unreadable:
        sys.stderr.write(
            f"note: {unreadable} lines are no records; `audit verify` says whether they should be\n"
        )
    return 0


def _found(table: LogTable, args: argparse.Namespace) -> Sheet:
    if args.sql is not None:
        _demand_no_filters(args)
        return table.ask_freely(args.sql, args.limit)
    return table.ask(*select(question_of(args), shown(args.columns, SHOWN)))


def _demand_no_filters(args: argparse.Namespace) -> None:
    """Raise `BadQuestion` for what would be passed over: who gave it would take the answer for narrower."""
    given = [*(name for name in said_of(args) if name != "limit"), *(["columns"] if args.columns else [])]
    if given:
        option = given[0].replace("_", "-")
        raise BadQuestion(f"--sql takes the place of --{option}: say it in the SELECT (WHERE ...).")


def _without_literals(sql: str) -> str:
    """Return the SQL without the values in it: they may be what must not be in a log."""
    return _LITERAL.sub("?", sql)[:_SQL_CHARACTERS]
