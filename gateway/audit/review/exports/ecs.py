"""Records as documents of the Elastic Common Schema."""

from typing import Any

from gateway.audit.review.exports.failures import has_failed
from gateway.audit.review.matching import Record, said

VERSION = "9.5.0"
_CATEGORIES = {
    "request": "api",
    "key": "iam",
    "client": "iam",
    "credentials": "authentication",
}
# What ECS expects in a category: what an administrator changes is iam's, other acts of theirs are not.
_CATEGORIES_OF = {"admin.changed": "iam", "admin.refused": "api"}
_TYPES = {
    "request.admitted": "allowed", "request.blocked": "denied", "request.failed": "end",
    "key.created": "creation", "key.revoked": "deletion", "key.removed": "deletion",
    "key.changed": "change", "key.rotated": "change",
    "key.blocked": "change", "key.unblocked": "change", "policy.reloaded": "change",
    "tls.reloaded": "change",
    "credentials.rejected": "start", "admin.refused": "denied", "admin.changed": "change",
    "audit.read": "access", "admin.read": "access", "subject.exported": "access",
    "signing.keys_rotated": "change", "signing.keys_replaced": "change", "state.copied": "access",
    "state.master_key_rotated": "change", "state.restored": "change", "tenant.key_destroyed": "deletion",
    "upstream.credential_kept": "change", "upstream.credential_removed": "deletion",
    "subject.erased": "deletion", "log.expired": "deletion", "content.expired": "deletion",
}  # fmt: skip
_SAID = frozenset(
    {"v", "time", "mono", "prev", "event", "request_id", "tenant", "path", "model", "status", "code",
     "agent", "address", "subject", "tokens", "total_micros", "tries", "trace_id"}
)  # fmt: skip


def ecs_document(record: Record) -> dict[str, Any]:
    """Return a record as one document; what ECS has no place for is under `deepseek_gateway`."""
    found: dict[str, Any] = {
        "@timestamp": record["time"],
        "ecs": {"version": VERSION},
        "event": _event(record),
        "deepseek_gateway": {name: value for name, value in record.items() if name not in _SAID},
    }
    parts = {
        "organization": _given(id=said(record, "tenant")),
        "user": _given(id=record.get("subject") or said(record, "actor")),
        "client": _given(address=said(record, "address")),
        "user_agent": _given(original=record.get("agent")),
        "url": _given(path=record.get("path")),
        "http": _http(record),
        "trace": _given(id=record.get("trace_id")),
        "destination": _given(address=_upstream(record)),
        "gen_ai": _gen_ai(record),
    }
    return found | {name: part for name, part in parts.items() if part}


def _event(record: Record) -> dict[str, Any]:
    name: str = record["event"]
    micros = record.get("total_micros")
    return {
        "kind": "event",
        "category": [_CATEGORIES_OF.get(name) or _CATEGORIES.get(name.partition(".")[0], "configuration")],
        "type": [_TYPES.get(name, "info")],
        "action": name,
        "outcome": "failure" if has_failed(name) else "success",
        "id": f"{record['writer']}/{record['seq']}",
        "dataset": "deepseek_gateway.audit",
        "module": "deepseek_gateway",
        **_given(code=record.get("code"), duration=None if micros is None else micros * 1000),
    }


def _http(record: Record) -> dict[str, Any]:
    return _given(
        request=_given(id=record.get("request_id")) or None,
        response=_given(status_code=record.get("status")) or None,
    )


def _gen_ai(record: Record) -> dict[str, Any]:
    if "model" not in record:
        return {}
    tokens = record.get("tokens", {})
    usage = _given(input_tokens=tokens.get("prompt"), output_tokens=tokens.get("completion"))
    return {
        "request": {"model": record["model"]},
        **_given(usage=usage or None),
    }


def _upstream(record: Record) -> str | None:
    tries = record.get("tries")
    return tries[-1]["upstream"] if tries else None


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
