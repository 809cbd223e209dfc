"""A period on a few pages: what a reviewer wants to know before asking anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.audit.review.question import Question, conditions
from gateway.audit.review.sheet import Sheet


class Table(Protocol):
    """Something that answers SQL over `records`."""

    def ask(self, sql: str, parameters: Sequence[object] = ()) -> Sheet:
        """Return what it finds."""


@dataclass(frozen=True, slots=True)
class Section:
    """
    One part of the report: its name for programs, its title for people, and what was found.

    `is_cut` says that there is more, later than what is shown.
    """

    name: str
    title: str
    sheet: Sheet
    is_cut: bool = False


_ENDED = "event LIKE 'request.%' AND event <> 'request.admitted'"
_MOST_LISTED = 500
# {0} stands for the records of the period, {1} for the condition of an ending, {2} for one row too many.
_SECTIONS: tuple[tuple[str, str, str], ...] = (
    (
        "period",
        "The period",
        """SELECT count(*) AS records, count(DISTINCT writer) AS writers, min("time") AS first,
        max("time") AS last FROM {0}""",
    ),
    (
        "volumes",
        "Requests, by tenant",
        """SELECT coalesce(tenant, '(not known)') AS tenant, count(*) AS requests,
        count(*) FILTER (event = 'request.completed') AS completed,
        count(*) FILTER (event = 'request.failed') AS failed,
        count(*) FILTER (event = 'request.cancelled') AS cancelled,
        count(*) FILTER (event = 'request.blocked') AS blocked,
        count(*) FILTER (event = 'request.cached') AS cached,
        CAST(coalesce(sum(prompt_tokens), 0) AS BIGINT) AS prompt_tokens,
        CAST(coalesce(sum(completion_tokens), 0) AS BIGINT) AS completion_tokens,
        CAST(coalesce(sum(cost_micro_dollars), 0) AS BIGINT) AS cost_micro_dollars
        FROM {0} WHERE {1} GROUP BY 1 ORDER BY 2 DESC, 1""",
    ),
    (
        "other_costs",
        "Costs in other currencies than dollars, in millionths",
        """SELECT coalesce(tenant, '(not known)') AS tenant, found.key AS currency,
        CAST(sum(found.value) AS BIGINT) AS micros
        FROM (SELECT tenant, unnest(map_entries(other_costs)) AS found FROM {0}
        WHERE {1} AND other_costs IS NOT NULL) GROUP BY 1, 2 ORDER BY 1, 2""",
    ),
    (
        "refusals",
        "Refusals and errors, by code",
        """SELECT code, status, coalesce(tenant, '(not known)') AS tenant, count(*) AS requests
        FROM {0} WHERE {1} AND code IS NOT NULL GROUP BY ALL ORDER BY 4 DESC, 1, 3""",
    ),
    (
        "redactions",
        "Private data, by kind and action",
        """SELECT coalesce(tenant, '(not known)') AS tenant, found.key AS kind_and_action,
        CAST(sum(found.value) AS BIGINT) AS findings, count(*) AS requests
        FROM (SELECT tenant, unnest(map_entries(redactions)) AS found FROM {0}
        WHERE {1} AND redactions IS NOT NULL) GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2""",
    ),
    (
        "external",
        "Sent out of the house, by tenant and destination",
        """SELECT tenant, destination, count(*) AS requests, min("time") AS first, max("time") AS last,
        CAST(coalesce(sum(prompt_tokens), 0) AS BIGINT) AS prompt_tokens
        FROM (SELECT *, unnest(external_destinations) AS destination FROM {0})
        GROUP BY 1, 2 ORDER BY 1, 2""",
    ),
    (
        "unfinished",
        "Permitted to leave, and no ending was written (they may have left, or still run)",
        """SELECT "time", request_id, tenant, model, clearance, destinations FROM {0} AS began
        WHERE event = 'request.admitted' AND NOT EXISTS (SELECT 1 FROM records AS ended
        WHERE ended.request_id = began.request_id AND ended.event <> 'request.admitted')
        ORDER BY "time" LIMIT {2}""",
    ),
    (
        "changes",
        "Policies, keys and administration",
        """SELECT "time", event, actor, facts FROM {0}
        WHERE split_part(event, '.', 1) IN ('policy', 'key', 'admin', 'client', 'hold', 'subject', 'period',
        'tenant', 'signer', 'signing', 'upstream') AND event NOT IN ('admin.read', 'client.token_issued')
        OR event IN ('state.copied', 'state.master_key_rotated', 'state.restored')
        ORDER BY "time" LIMIT {2}""",
    ),
    (
        "looks",
        "Who looked at the log",
        """SELECT actor, act, count(*) AS looks, max("time") AS last FROM {0}
        WHERE event = 'audit.read' GROUP BY 1, 2 ORDER BY 1, 2""",
    ),
    (
        "gaps",
        "Gaps, recoveries and expiry",
        """SELECT "time", event, writer, lost, torn_bytes, segment, silent_seconds, reason FROM (
        SELECT *, NULL AS silent_seconds FROM {0} WHERE event IN ('log.gap', 'log.recovered', 'log.expired',
        'log.lost', 'content.expired', 'state.lost', 'redis.lost', 'audit.lost', 'audit.broken',
        'anchor.lost', 'limits.degraded') UNION ALL BY NAME
        SELECT "time", 'log.silence' AS event, writer, silent_seconds FROM (SELECT "time", writer,
        date_diff('second', lag("time") OVER (PARTITION BY writer ORDER BY seq), "time") AS silent_seconds
        FROM {0}) WHERE silent_seconds > 150) ORDER BY "time" LIMIT {2}""",
    ),
)


def sections(table: Table, question: Question) -> list[Section]:
    """Return every part of the report over the records of a question."""
    where, parameters = conditions(question)
    found: list[Section] = []
    for name, title, sql in _SECTIONS:
        period = f"(SELECT * FROM records WHERE {where})"  # noqa: S608 - names of our own
        asked = sql.format(period, _ENDED, _MOST_LISTED + 1)
        sheet = table.ask(asked, parameters * sql.count("{0}"))
        is_cut = "{2}" in sql and len(sheet.rows) > _MOST_LISTED
        shown = Sheet(sheet.columns, sheet.rows[:_MOST_LISTED]) if is_cut else sheet
        found.append(Section(name, title, shown, is_cut))
    return found


def cut_sections(found: Sequence[Section]) -> list[str]:
    """Return the names of those that show the first of their rows alone."""
    return [section.name for section in found if section.is_cut]
