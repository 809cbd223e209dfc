"""What one exchange leaves behind: who sent what where, under which policy."""

from typing import Any

import orjson

from gateway.vocabulary.outcome import Outcome
from gateway.vocabulary.protection import Protection


def access_record(outcome: Outcome, wall_seconds: float) -> bytes:
    """
    Return the access record of an exchange as one JSON line.

    It names every upstream that was tried, and holds no text of the request
    or the answer. `wall_seconds` is when the exchange ended.
    """
    caller, usage = outcome.caller, outcome.usage
    return orjson.dumps(
        {
            "record": "request.access",
            "time": wall_seconds,
            "request_id": outcome.arrival.request_id,
            "source": outcome.arrival.peer,
            "path": outcome.arrival.path,
            "tenant": caller.tenant if caller else None,
            "project": caller.project if caller else None,
            "credential": caller.credential_id if caller else None,
            "policy": outcome.policy_version,
            "model": outcome.model,
            "destinations": [attempt.upstream for attempt in outcome.attempts],
            "ending": outcome.ending,
            "status": outcome.status,
            "code": outcome.code,
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "measured": usage.measured,
            "redaction": _redaction(outcome.protection),
            "seconds": round(outcome.total_seconds, 6),
        },
        option=orjson.OPT_APPEND_NEWLINE,
    )


def _redaction(protection: Protection | None) -> dict[str, Any] | None:
    """Return what was done about private data: kinds and counts, never a value."""
    if protection is None:
        return None
    return {
        "profile": protection.profile,
        "clearance": protection.clearance,
        "counts": _by_kind(protection.counts),
        "unreadable": protection.unreadable,
        "unreadable_bytes": protection.unreadable_bytes,
        "blocked": protection.blocked,
        "failure": protection.failure,
        "restored": protection.restored,
        "unknown_tokens": protection.unknown,
        "answer_counts": _by_kind(protection.answer_counts),
    }


def _by_kind(counts: tuple[tuple[str, str, int], ...]) -> dict[str, int]:
    return {f"{entity}/{action}": count for entity, action, count in counts}
