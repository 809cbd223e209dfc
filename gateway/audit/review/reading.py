"""Records read from their files, one by one, without DuckDB."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

from gateway.audit.review.matching import Record, matches
from gateway.audit.review.question import BadQuestion, Question, vet


def read_records(files: Iterable[Path], question: Question | None = None) -> Iterator[Record]:
    """Return the records of a question in the order of files and lines; unfinished lines are left out."""
    if question is not None:
        vet(question)
    for path in files:
        if path.suffix != ".jsonl":
            raise BadQuestion(f"{path} holds columns, not whole records. Name a log or a .jsonl file.")
        with path.open("rb") as file:
            for line in file:
                record = record_of(line)
                if record is not None and (question is None or matches(question, record)):
                    yield record


def record_of(line: bytes) -> Record | None:
    """Return what a line says, or None if it is no whole record."""
    try:
        said: Any = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return said if isinstance(said, dict) and "event" in said else None
