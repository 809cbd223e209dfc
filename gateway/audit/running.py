"""What is remembered of a request until its records are written, and how much room it takes till then."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from gateway.audit.admission import Admission
from gateway.audit.keeper import Keeper
from gateway.audit.subject_keys import ContentKey
from gateway.vocabulary.arrival import Arrival
from gateway.vocabulary.outcome import Outcome

_LENGTH_DIGITS = 12


class Opening(msgspec.Struct, frozen=True, gc=False):
    """How the records of one request begin: who asks, and what; its hashes are those of a period."""

    period: str
    who: bytes
    what: bytes


class Running(msgspec.Struct, gc=False):
    """
    A request until its records are written: how it was sealed, and the key under which its texts are kept.

    `before` and `after` keep its answer where policy wants that. `opening` is there
    once the first of its records is written; only the thread that writes sets and
    reads it.
    """

    admission: Admission
    sealed: Mapping[str, Any]
    clearance: str
    key: ContentKey | None
    is_admitted: bool = True
    before: Keeper | None = None
    after: Keeper | None = None
    opening: Opening | None = None


class Ended(msgspec.Struct, frozen=True, gc=False):
    """An exchange that is over, with what was remembered if it had been admitted."""

    outcome: Outcome
    running: Running | None


def weight_of(running: Running | None) -> int:
    """Return how much of the queue an ending takes: one, and one for each kilobyte that is kept."""
    if running is None or running.key is None:
        return 1
    keepers: Sequence[Keeper | None] = (running.before, running.after)
    body = 0 if running.is_admitted else weight_of_body(running.admission.arrival)
    return 1 + body + sum(keeper.size for keeper in keepers if keeper is not None) // 1024


def weight_of_body(arrival: Arrival) -> int:
    """Return how much of the queue a request takes whose text is kept: one for each kilobyte announced."""
    announced = arrival.headers.get(b"content-length", b"")
    return 1 + int(announced) // 1024 if announced.isdigit() and len(announced) < _LENGTH_DIGITS else 1
