"""The columns under which records are searched, and where in a record each comes from."""

_EXCHANGE = (
    "request_id", "tenant", "project", "credential", "method", "user", "subject", "address", "path",
    "model", "policy", "trace_id", "level", "clearance", "ending", "code", "kind", "act", "actor",
)  # fmt: skip

FIELDS: dict[str, str] = {
    "time": "TIMESTAMP",
    "event": "VARCHAR",
    "writer": "VARCHAR",
    "seq": "BIGINT",
    **dict.fromkeys(_EXCHANGE, "VARCHAR"),
    "status": "INTEGER",
    "destinations": "STRUCT(upstream VARCHAR, residency VARCHAR)[]",
    "tries": "STRUCT(upstream VARCHAR, residency VARCHAR, error VARCHAR)[]",
    "tokens": "STRUCT(prompt BIGINT, completion BIGINT)",
    "cost_micro_dollars": "BIGINT",
    "other_costs": "MAP(VARCHAR, BIGINT)",
    "total_micros": "BIGINT",
    "redaction": "STRUCT(profile VARCHAR, counts MAP(VARCHAR, BIGINT))",
    "admitted": "BOOLEAN",
    "lost": "BIGINT",
    "torn_bytes": "BIGINT",
    "segment": "BIGINT",
    "reason": "VARCHAR",
    "facts": "JSON",
    "what": "JSON",
}
"""What is read of a record, by its name there, and as which type of DuckDB."""

NOTHING_SENT = ("upstream_busy", "upstream_credential_unavailable", "upstream_unreachable")
"""What ended a try before a byte of its request was sent."""

OFTEN_FACTS = ("tenant", "actor")
"""What a record of a key, an administrator or another fact outside an exchange tells among its facts."""

_NAMES_OF = "list_transform({0}, lambda one: one.upstream)"
_OUTSIDE = (
    "list_filter(tries, lambda one: one.residency = 'external' "
    f"AND coalesce(one.error, '') NOT IN {NOTHING_SENT})"
)

COLUMNS: dict[str, str] = {
    **{name: f'"{name}"' for name in ("time", "event", "writer", "seq", *_EXCHANGE, "status", "admitted")},
    **{name: f"""coalesce("{name}", facts ->> '$.{name}')""" for name in OFTEN_FACTS},
    "destinations": "list_sort(list_distinct(list_concat("
    f"{_NAMES_OF.format('destinations')}, {_NAMES_OF.format('tries')})))",
    "external": "CASE WHEN event LIKE 'request.%' AND event <> 'request.admitted' "
    f"THEN coalesce(len({_OUTSIDE}) > 0, false) END",
    "external_destinations": f"list_sort(list_distinct({_NAMES_OF.format(_OUTSIDE)}))",
    "prompt_tokens": "tokens.prompt",
    "completion_tokens": "tokens.completion",
    "cost_micro_dollars": "cost_micro_dollars",
    "other_costs": "other_costs",
    "total_micros": "total_micros",
    "redaction_profile": "redaction.profile",
    "redactions": "redaction.counts",
    **{name: name for name in ("lost", "torn_bytes", "segment", "reason", "facts", "what")},
}
"""
The columns of the table `records`, each with its SQL over `FIELDS`.

`destinations` of an admission are all that were permitted, of an ending all
that were tried; `external` says of an ending whether anything left the house,
`external_destinations` where to. A try that got no connection sent nothing.
"""

SHOWN = (
    "time", "event", "request_id", "tenant", "model", "destinations", "external", "ending", "status", "code",
)  # fmt: skip
"""What a search shows unless it is told otherwise."""
