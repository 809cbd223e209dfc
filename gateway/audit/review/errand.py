"""
One search in a process of its own: an order on standard input, the answer on standard output, both JSON.

DuckDB takes hundreds of megabytes, and a verification keeps a core busy: a
worker that serves requests sends a child for it. Run as a module, by
`errands.py` alone.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import orjson

from gateway.audit.review.columns import SHOWN
from gateway.audit.review.duck import LogTable, NeedsDuckDB
from gateway.audit.review.exports.ecs import ecs_document
from gateway.audit.review.exports.ocsf import ocsf_event
from gateway.audit.review.lookup import Sighting, look_for
from gateway.audit.review.matching import Record, newest
from gateway.audit.review.proof import CannotProve, prove_in
from gateway.audit.review.question import BadQuestion, Question, select
from gateway.audit.review.reading import read_records
from gateway.audit.review.report import cut_sections, sections
from gateway.audit.review.sheet import Sheet
from gateway.audit.review.sources import NothingThere, files_of
from gateway.audit.verify.folder import NoLog, verify_folder

_LOWEST_PRIORITY = 19
_MOST_SAID = 1_000
_MAPPINGS: dict[str, Callable[[Record], dict[str, Any]]] = {"ocsf": ocsf_event, "ecs": ecs_document}


class Order(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a child is to do, and on which logs."""

    act: str
    folders: tuple[str, ...]
    question: Question = Question()
    columns: tuple[str, ...] = SHOWN
    form: str = "rows"
    request_id: str = ""
    pins: tuple[str, ...] = ()
    sightings: tuple[Sighting, ...] = ()


def done(order: Order) -> Any:
    """Do what is ordered and return what JSON can write."""
    return _ACTS[order.act](order, [Path(folder) for folder in order.folders])


def main() -> int:
    """Do the one order; 0 also where it is refused, which the answer says."""
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    if order.act == "verify":
        # For hours, perhaps: whoever serves requests beside it comes first.
        os.nice(_LOWEST_PRIORITY)
    try:
        answer = {"answer": done(order)}
    except (BadQuestion, CannotProve, NeedsDuckDB, NothingThere, NoLog) as error:
        answer = {"refused": str(error), "what": type(error).__name__}
    sys.stdout.buffer.write(orjson.dumps(answer, default=str))
    return 0


def _records(order: Order, folders: Sequence[Path]) -> Any:
    files = files_of(folders)
    if (mapping := _MAPPINGS.get(order.form)) is not None:
        found = newest(read_records(files, order.question), order.question.limit)
        return [mapping(record) for record in found]
    with LogTable(files) as table:
        return _rows(table.ask(*select(order.question, order.columns)))


def _report(order: Order, folders: Sequence[Path]) -> Any:
    with LogTable(files_of(folders)) as table:
        found = sections(table, order.question)
    return {section.name: _rows(section.sheet) for section in found} | {"cut": cut_sections(found)}


def _proof(order: Order, folders: Sequence[Path]) -> Any:
    return prove_in(folders, order.request_id)


def _verify(order: Order, folders: Sequence[Path]) -> Any:
    return [_verdict(folder, order.pins) for folder in folders if folder.is_dir()]


def _verdict(folder: Path, pins: Sequence[str]) -> Mapping[str, Any]:
    report = verify_folder(folder, pins=pins)
    said = msgspec.to_builtins(report)
    count = len(said["findings"])
    said["findings"], said["notes"] = said["findings"][:_MOST_SAID], said["notes"][:_MOST_SAID]
    return {"log": folder.name, "good": report.is_good, "found": count, **said}


def _lookup(order: Order, folders: Sequence[Path]) -> Any:
    return msgspec.to_builtins(look_for(order.sightings, files_of(folders)))


def _rows(sheet: Sheet) -> list[dict[str, Any]]:
    return [dict(zip(sheet.columns, row, strict=True)) for row in sheet.rows]


_ACTS: dict[str, Callable[[Order, Sequence[Path]], Any]] = {
    "records": _records,
    "report": _report,
    "proof": _proof,
    "verify": _verify,
    "lookup": _lookup,
}

if __name__ == "__main__":
    sys.exit(main())
