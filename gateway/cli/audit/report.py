"""`deepseek-gateway audit report`: a period on a few pages."""

import argparse
import json
import sys
from typing import Any

from gateway.audit.review.duck import LogTable, NeedsDuckDB
from gateway.audit.review.question import BadQuestion, Question
from gateway.audit.review.report import Section, cut_sections, sections
from gateway.audit.review.sheet import lines
from gateway.audit.review.sources import NothingThere
from gateway.cli.audit.asking import add_sources, source_files, sources_of
from gateway.cli.audit.looks import Look, NotRecorded, record_look


def add_parser(acts: "argparse._SubParsersAction[Any]") -> None:
    """Add the act to the command line."""
    parser = acts.add_parser("report", help="sum up a period: volumes, refusals, transfers, changes, gaps")
    parser.add_argument("--since", help="from this moment on: 2026-11-27, or with a time and a zone")
    parser.add_argument("--until", help="before this moment")
    parser.add_argument("--tenant", help="only this tenant")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_sources(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Sum up, record the look, show it."""
    question = Question(tenant=args.tenant, since=args.since, until=args.until)
    try:
        with LogTable(source_files(args)) as table:
            found = sections(table, question)
        count = int(found[0].sheet.rows[0][0])
        what = {"since": args.since, "until": args.until}
        record_look(Look("report", what, args.tenant, count), sources_of(args), args.environ)
    except (BadQuestion, NeedsDuckDB, NothingThere, NotRecorded, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(_as_json(found) if args.json else _told(found))
    return 0


def _told(found: list[Section]) -> str:
    parts = [
        "\n".join(
            [
                section.title,
                "",
                *(lines(section.sheet, "table") if section.sheet.rows else ["none"]),
                *_more(section),
                "",
            ]
        )
        for section in found
    ]
    return "\n".join(parts)


def _more(section: Section) -> list[str]:
    if not section.is_cut:
        return []
    rows = section.sheet.rows
    return [f"There are more: these are the first {len(rows)}. Go on with --since {rows[-1][0]}"]


def _as_json(found: list[Section]) -> str:
    said = {section.name: [json.loads(line) for line in lines(section.sheet, "json")] for section in found}
    return json.dumps(said | {"cut": cut_sections(found)}, ensure_ascii=False) + "\n"
