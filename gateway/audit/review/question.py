"""What a reviewer wants to see, and the SQL that finds it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

import msgspec

from gateway.audit.catalogue import CATALOGUE
from gateway.audit.review.columns import COLUMNS, SHOWN
from gateway.vocabulary.ending import Ending

EQUAL = (
    "tenant", "project", "model", "event", "ending", "request_id", "trace_id",
    "credential", "subject", "actor",
)  # fmt: skip
"""Filters that want a field of the record to be this very text."""


_KNOWN = {"event": tuple(CATALOGUE), "ending": tuple(Ending)}


class BadQuestion(Exception):
    """A question that cannot be asked; the message names what is wrong and the way out."""


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    Filters over the records; all that are given must hold.

    `since` and `until` are moments of RFC 3339, the second one excluded.
    `destination` is an upstream that was permitted or used; `external` asks
    for transfers that left the premises (or, if false, for those that did
    not).
    """

    tenant: str | None = None
    project: str | None = None
    model: str | None = None
    event: str | None = None
    ending: str | None = None
    destination: str | None = None
    external: bool | None = None
    request_id: str | None = None
    trace_id: str | None = None
    credential: str | None = None
    subject: str | None = None
    actor: str | None = None
    since: str | None = None
    until: str | None = None
    limit: int = 100


def vet(question: Question) -> None:
    """Raise `BadQuestion` for a question that finds nothing whatever the log says: it was mistyped."""
    for name, known in _KNOWN.items():
        value = getattr(question, name)
        if value is not None and value not in known:
            raise BadQuestion(f"There is no {name} {value[:60]!r}. {_meant(value, known)}")
    since, until = question.since, question.until
    if since is not None and until is not None and not utc("since", since) < utc("until", until):
        raise BadQuestion(f"--since {since[:40]} is not before --until {until[:40]}, so nothing is between.")


def _meant(value: str, known: Sequence[str]) -> str:
    if close := get_close_matches(value[:60], known, n=1):
        return f"Did you mean {close[0]!r}?"
    return f"There are: {', '.join(known)}."


def select(question: Question, columns: Sequence[str] = SHOWN) -> tuple[str, list[Any]]:
    """Return the SQL that finds the newest records of a question, oldest first, and its parameters."""
    if question.limit < 1:
        raise BadQuestion("The limit must be 1 or more.")
    where, parameters = conditions(question)
    if unknown := [name for name in columns if name not in COLUMNS]:
        raise BadQuestion(f"There is no column {unknown[0]!r}. There are: {', '.join(COLUMNS)}.")
    chosen = ", ".join(f'"{name}"' for name in columns)
    newest = f"SELECT * FROM records WHERE {where} ORDER BY time DESC, writer DESC, seq DESC LIMIT ?"  # noqa: S608 - names of our own
    return f"SELECT {chosen} FROM ({newest}) ORDER BY time, writer, seq", [*parameters, question.limit]  # noqa: S608 - as above


def conditions(question: Question) -> tuple[str, list[Any]]:
    """Return the condition of a question as SQL, and its parameters."""
    vet(question)
    found: list[str] = []
    parameters: list[Any] = []
    for name in EQUAL:
        if (value := getattr(question, name)) is not None:
            found.append(f"{name} = ?")
            parameters.append(value)
    for name, comparison in (("since", ">="), ("until", "<")):
        if (moment := getattr(question, name)) is not None:
            found.append(f"time {comparison} ?::TIMESTAMP")
            parameters.append(utc(name, moment))
    if question.destination is not None:
        found.append("list_contains(destinations, ?)")
        parameters.append(question.destination)
    if question.external is not None:
        found.append("external = ?")
        parameters.append(question.external)
    return " AND ".join(found) or "TRUE", parameters


def utc(name: str, moment: str) -> str:
    """Return a moment as the records' column has it: UTC, without saying so."""
    try:
        read = datetime.fromisoformat(moment)
    except ValueError as error:
        raise BadQuestion(
            f"--{name} {moment[:40]!r} is no moment; write 2026-11-27 or 2026-11-27T08:00:00+08:00."
        ) from error
    zoned = read if read.tzinfo is not None else read.replace(tzinfo=UTC)
    return zoned.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
