"""Whether a record is one that a question asks for: the filters of SQL, for records as they pass by."""

from collections.abc import Iterable, Mapping
from heapq import nlargest
from typing import Any

from gateway.audit.review.columns import NOTHING_SENT, OFTEN_FACTS
from gateway.audit.review.question import EQUAL, Question, utc

Record = Mapping[str, Any]


def matches(question: Question, record: Record) -> bool:
    """Return whether every filter of the question holds."""
    if any(
        (wanted := getattr(question, name)) is not None and said(record, name) != wanted for name in EQUAL
    ):
        return False
    if question.destination is not None and question.destination not in destinations_of(record):
        return False
    if question.external is not None and went_out(record) is not question.external:
        return False
    time = str(record["time"])[:-1].replace("T", " ")
    if question.since is not None and time < _sortable(utc("since", question.since)):
        return False
    return question.until is None or time < _sortable(utc("until", question.until))


def newest(records: Iterable[Record], count: int) -> list[Record]:
    """Return the last so many by their time, oldest first; no more of them is held than that."""
    return nlargest(count, records, key=order)[::-1]


def order(record: Record) -> tuple[str, str, int]:
    """Return where a record stands among those of all writers."""
    return record["time"], record["writer"], record["seq"]


def said(record: Record, name: str) -> Any:
    """Return a field of a record, or what its facts say of it where it is told outside an exchange."""
    value = record.get(name)
    if value is None and (name in OFTEN_FACTS or name == "address"):
        return record.get("facts", {}).get(name)
    return value


def destinations_of(record: Record) -> list[str]:
    """Return every upstream that an admission permits or that an ending tried."""
    named = [*record.get("destinations", ()), *record.get("tries", ())]
    return sorted({one["upstream"] for one in named})


def went_out(record: Record) -> bool | None:
    """Return of an ending whether anything left the house; None of everything else."""
    event = record["event"]
    if not event.startswith("request.") or event == "request.admitted":
        return None
    return any(
        one["residency"] == "external" and one.get("error") not in NOTHING_SENT
        for one in record.get("tries", ())
    )


def _sortable(moment: str) -> str:
    """Return a moment with its microseconds, as records have it."""
    return moment if "." in moment else f"{moment}.000000"
