"""
The closed catalogue: every event that a record can tell of, and what it says.

A class is the facts of one or several events; the envelope is the same for all
(`record.py`). A field that has its default is left out of a record. A number
is a whole one: money in millionths of a dollar, times in microseconds. What may hold
personal data is a keyed hash (`h1:<period>:<hex>`), never the value.
"""

from typing import Any

import msgspec

from gateway.audit.notices import COMMANDED, NOTICES, OTHER_NOTICE


class Facts(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False
):
    """What a record says beside its envelope."""


class Destination(Facts, frozen=True, kw_only=True):
    """An upstream that a request may reach: its name, and whether it computes inside the house."""

    upstream: str
    residency: str


class Try(Facts, frozen=True, kw_only=True):
    """One try at an upstream: where, as which model, and what came of it."""

    upstream: str
    model: str
    residency: str
    status: int | None = None
    error: str | None = None
    micros: int = 0


class Tokens(Facts, frozen=True, kw_only=True):
    """What an answer consumed; `measured` is false where the gateway counted itself."""

    prompt: int = 0
    completion: int = 0
    cache_hit: int = 0
    reasoning: int = 0
    measured: bool = True


class Redaction(Facts, frozen=True, kw_only=True):
    """
    What was done about private data: findings as `kind/action: count`, and what could not be read.

    Of the answer: how many placeholders were `restored`, how many stood for
    nothing (`unknown_tokens`), and what was found anew.
    """

    profile: str
    clearance: str
    counts: dict[str, int] = {}
    blocked: tuple[str, ...] = ()
    unreadable: int = 0
    unreadable_bytes: int = 0
    failure: str | None = None
    restored: int = 0
    unknown_tokens: int = 0
    answer_counts: dict[str, int] = {}


class Content(Facts, frozen=True, kw_only=True):
    """A text kept beside the log; `sha256` is that of its file, `is_cut`: only its beginning was kept."""

    id: str
    kind: str
    key_id: str
    sha256: str
    size: int
    is_cut: bool = False


class Exchange(Facts, frozen=True, kw_only=True):
    """Who asks what: the beginning of every record about a request."""

    request_id: str
    tenant: str | None = None
    project: str | None = None
    credential: str | None = None
    method: str | None = None
    user: str | None = None
    subject: str | None = None
    address: str | None = None
    path: str = ""
    model: str | None = None
    stream: bool = False
    policy: str = ""
    trace_id: str | None = None


class RequestAdmitted(Exchange, frozen=True, kw_only=True):
    """A request may leave: written before it does, and naming every place it may reach."""

    agent: str | None = None
    level: str
    clearance: str
    destinations: tuple[Destination, ...]
    redaction: Redaction | None = None
    content: tuple[Content, ...] = ()


class RequestEnded(Exchange, frozen=True, kw_only=True):
    """How a request ended, where it did go (`tries`), what was kept (`cache`); costs are millionths."""

    ending: str
    status: int | None = None
    code: str | None = None
    admitted: bool = False
    tries: tuple[Try, ...] = ()
    tokens: Tokens = Tokens()
    cost_micro_dollars: int | None = None
    other_costs: dict[str, int] = {}
    first_token_micros: int | None = None
    total_micros: int = 0
    frames: int = 0
    redaction: Redaction | None = None
    cache: dict[str, str | int] = {}
    saved_costs: dict[str, int] = {}
    content: tuple[Content, ...] = ()


class Aside(Facts, frozen=True, kw_only=True):
    """The end of a permit: what only some of them tell."""

    redaction: Redaction | None = None
    content: tuple[Content, ...] = ()


class LogOpened(Facts, frozen=True, kw_only=True):
    """A writer begins; `version` is the gateway's, `origin` the log's own name."""

    origin: str
    version: str


class LogRotated(Facts, frozen=True, kw_only=True):
    """The last record of a segment that another one follows."""

    segment: int


class LogClosed(Facts, frozen=True, kw_only=True):
    """The last record of a writer that stopped in order."""

    reason: str


class LogRecovered(Facts, frozen=True, kw_only=True):
    """The last record of a writer that died, added by `by`: what was cut off its end as no whole record."""

    by: str
    torn_bytes: int
    torn_sha256: str | None = None


class LogGap(Facts, frozen=True, kw_only=True):
    """Records that were not written: how many, and why; only where the policy says `fail_open`."""

    lost: int
    reason: str
    since: str


class LogExpired(Facts, frozen=True, kw_only=True):
    """A segment of a writer was deleted because its time was over; its seal stays."""

    expired_writer: str
    segment: int
    first_seq: int
    last_seq: int
    seal_sha256: str
    retention_days: int


class Heartbeat(Facts, frozen=True, kw_only=True):
    """The writer lives; `strangers` counts requests of unknown callers that got no record since the last."""

    queued: int = 0
    lost: int = 0
    strangers: int = 0


class ContentExpired(Facts, frozen=True, kw_only=True):
    """Kept texts were deleted because their time was over."""

    tenant: str
    ids: tuple[str, ...]
    retention_days: int


class SubjectErased(Facts, frozen=True, kw_only=True):
    """The keys of one person were destroyed: what was kept under them can be read by nobody any more."""

    tenant: str
    subjects: tuple[str, ...]
    keys: tuple[str, ...]
    actor: str
    reason: str | None = None


class SubjectExported(Facts, frozen=True, kw_only=True):
    """What is kept about one person was given out."""

    tenant: str
    subjects: tuple[str, ...]
    records: int
    contents: int
    actor: str


class PeriodForgotten(Facts, frozen=True, kw_only=True):
    """The look-up key of a period was destroyed: its hashes can be tied to no value any more."""

    tenant: str
    period: str
    actor: str


class HoldChanged(Facts, frozen=True, kw_only=True):
    """A legal hold was placed or lifted: while one stands, nothing it names is erased or expires."""

    hold: str
    tenant: str
    subjects: tuple[str, ...] = ()
    actor: str
    reason: str | None = None


class AuditRead(Facts, frozen=True, kw_only=True):
    """Somebody looked at the log; `what` says at which part, as hashes where values are personal."""

    act: str
    actor: str
    tenant: str | None = None
    what: dict[str, str | int | bool | None] = {}
    records: int = 0


class SignerChanged(Facts, frozen=True, kw_only=True):
    """From here on another key signs the checkpoints."""

    epoch: int
    key_id: str


class Noticed(Facts, frozen=True, kw_only=True):
    """A fact outside an exchange. `kind` is given where the catalogue has no event of that name."""

    kind: str | None = None
    facts: dict[str, str | int | bool | None] = {}


ENDINGS = {
    "request.completed": "The caller got the whole answer.",
    "request.failed": "An upstream or the gateway failed after it was admitted, or what it shared was lost.",
    "request.blocked": "The request was refused before anything left the house.",
    "request.cancelled": "The caller left.",
    "request.cached": "The answer was kept, or was another request's too; nothing left the house for it.",
}
CATALOGUE: dict[str, type[Facts]] = {
    "request.admitted": RequestAdmitted,
    **dict.fromkeys(ENDINGS, RequestEnded),
    "log.opened": LogOpened,
    "log.rotated": LogRotated,
    "log.closed": LogClosed,
    "log.recovered": LogRecovered,
    "log.gap": LogGap,
    "log.expired": LogExpired,
    "log.heartbeat": Heartbeat,
    "content.expired": ContentExpired,
    "subject.erased": SubjectErased,
    "subject.exported": SubjectExported,
    "period.forgotten": PeriodForgotten,
    "hold.placed": HoldChanged,
    "hold.lifted": HoldChanged,
    "audit.read": AuditRead,
    "signer.changed": SignerChanged,
    **dict.fromkeys((*NOTICES, *COMMANDED), Noticed),
}


def noticed(kind: str, facts: dict[str, Any]) -> tuple[str, Noticed]:
    """Return event and facts of a notice; one that the catalogue does not know keeps its kind as a fact."""
    plain = {name: _plain(value) for name, value in facts.items()}
    if CATALOGUE.get(kind) is Noticed:
        return kind, Noticed(facts=plain)
    return OTHER_NOTICE, Noticed(kind=kind, facts=plain)


def _plain(value: Any) -> str | int | bool | None:
    return value if value is None or isinstance(value, str | int) else str(value)
