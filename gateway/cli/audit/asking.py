"""The words with which records are asked for, the same for every act that shows some."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from gateway.audit.review.question import Question
from gateway.audit.review.sheet import FORMATS, Sheet, lines
from gateway.audit.review.sources import files_of
from gateway.cli.audit.place import log_folders

_EQUAL = (
    ("tenant", "records of this tenant"),
    ("project", "records of this project"),
    ("model", "requests for this model"),
    ("event", "this event of the catalogue, as request.completed"),
    ("ending", "requests that ended so: finished, upstream_broke, caller_left, timed_out, refused"),
    ("destination", "requests that might go, or went, to this upstream"),
    ("request-id", "the records of one request"),
    ("trace-id", "the records of one trace, in 32 hexadecimal digits"),
    ("credential", "requests with this key or client"),
    ("subject", "requests for this end user, as the hash that `audit hash` prints"),
    ("actor", "acts of this person or key"),
    ("since", "from this moment on: 2026-11-27, or with a time and a zone"),
    ("until", "before this moment"),
)


def add_question(parser: argparse.ArgumentParser, *, limit: int | None = None) -> None:
    """Add the filters, and a limit where there is one."""
    for name, says in _EQUAL:
        parser.add_argument(f"--{name}", help=says)
    parser.add_argument(
        "--external",
        action=argparse.BooleanOptionalAction,
        help="only what left the house, or only what did not",
    )
    if limit is not None:
        parser.add_argument(
            "--limit", type=int, default=limit, metavar="N", help="the newest so many (default: %(default)s)"
        )


def question_of(args: argparse.Namespace) -> Question:
    """Return what was asked."""
    names = Question.__struct_fields__
    return Question(**{name: getattr(args, name) for name in names if hasattr(args, name)})


def add_sources(parser: argparse.ArgumentParser) -> None:
    """Let an act read other records than the gateway's own log."""
    parser.add_argument(
        "--from",
        dest="sources",
        type=Path,
        action="append",
        metavar="PATH",
        help="a log's folder, an export's folder, a .jsonl or .parquet file; may be repeated "
        "(default: the gateway's own log)",
    )


def sources_of(args: argparse.Namespace) -> list[Path]:
    """Return the paths that are to be read."""
    return args.sources or log_folders(args.environ)


def source_files(args: argparse.Namespace) -> list[Path]:
    """Return the files of records behind them."""
    return files_of(sources_of(args))


def add_format(parser: argparse.ArgumentParser) -> None:
    """Let the reader choose how rows are written."""
    parser.add_argument("--format", choices=FORMATS, default="table", help="default: %(default)s")


def printed(sheet: Sheet, form: str) -> str:
    """Return the rows as the reader wants them."""
    return "".join(f"{line}\n" for line in lines(sheet, form))


def said_of(args: argparse.Namespace) -> dict[str, str | int | bool | None]:
    """Return what was asked for, as the record of the look says it."""
    asked = {name: getattr(args, name, None) for name in Question.__struct_fields__}
    return {name: value for name, value in asked.items() if value is not None}


def shown(columns: str | None, usual: Sequence[str]) -> Sequence[str]:
    """Return the columns that a reader named, separated by commas."""
    return [name.strip() for name in columns.split(",")] if columns else usual
