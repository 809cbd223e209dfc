"""Records as events of OCSF's API Activity (6003), with its profile for AI operations."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.audit.review.exports.failures import has_failed
from gateway.audit.review.matching import Record, said

VERSION = "1.8.0"
_CATEGORY, _CLASS = 6, 6003
_OTHER = 99
_ACTIVITIES = {
    "key.created": 1, "hold.placed": 1, "client.token_issued": 1,
    "audit.read": 2, "admin.read": 2, "subject.exported": 2, "state.copied": 2,
    "key.changed": 3, "key.rotated": 3, "key.blocked": 3, "key.unblocked": 3, "policy.reloaded": 3,
    "admin.changed": 3, "signer.changed": 3, "tls.reloaded": 3, "signing.keys_rotated": 3,
    "signing.keys_replaced": 3, "state.master_key_rotated": 3, "state.restored": 3,
    "upstream.credential_kept": 3,
    "key.revoked": 4, "key.removed": 4,
    "subject.erased": 4, "log.expired": 4, "content.expired": 4, "period.forgotten": 4,
    "hold.lifted": 4, "tenant.key_destroyed": 4, "upstream.credential_removed": 4,
}  # fmt: skip
_SUCCESS, _FAILURE = 1, 2
_INFORMATIONAL, _LOW, _MEDIUM, _HIGH, _CRITICAL = 1, 2, 3, 4, 5
_SEVERITIES = {
    "request.failed": _LOW, "request.blocked": _MEDIUM, "credentials.rejected": _MEDIUM, "log.gap": _MEDIUM,
    "admin.refused": _MEDIUM, "policy.rejected": _LOW, "tls.rejected": _LOW,
    "anchor.lost": _MEDIUM, "audit.lost": _HIGH, "audit.broken": _CRITICAL, "limits.degraded": _LOW,
    "log.lost": _MEDIUM, "redis.lost": _MEDIUM, "state.lost": _MEDIUM, "issuer.unavailable": _LOW,
}  # fmt: skip
_PRODUCT = {"name": "deepseek-gateway", "vendor_name": "deepseek-gateway"}
_SAID = frozenset(
    {"v", "writer", "seq", "time", "mono", "prev", "event", "request_id", "credential", "path", "model",
     "status", "code", "agent", "address", "subject", "tokens", "total_micros"}
)  # fmt: skip


def ocsf_event(record: Record) -> dict[str, Any]:
    """Return a record as one event; what OCSF has no place for is under `unmapped`."""
    event: str = record["event"]
    activity = _ACTIVITIES.get(event, _OTHER)
    return {
        "category_uid": _CATEGORY,
        "class_uid": _CLASS,
        "type_uid": _CLASS * 100 + activity,
        "activity_id": activity,
        "activity_name": event,
        "severity_id": _SEVERITIES.get(event, _INFORMATIONAL),
        "status_id": _FAILURE if has_failed(event) else _SUCCESS,
        **_given(status_code=record.get("code")),
        "time": int(datetime.fromisoformat(record["time"]).timestamp() * 1000),
        "metadata": {
            "version": VERSION,
            "uid": f"{record['writer']}/{record['seq']}",
            "original_time": record["time"],
            "log_name": "audit",
            "product": _PRODUCT,
            "profiles": ["ai_operation"],
            **_given(tenant_uid=said(record, "tenant")),
        },
        "actor": _actor(record),
        "api": _api(record),
        "src_endpoint": _given(uid=said(record, "address")) or {"name": "deepseek-gateway"},
        **_of_an_exchange(record),
        "unmapped": {name: value for name, value in record.items() if name not in _SAID},
    }


def _actor(record: Record) -> dict[str, Any]:
    if (who := said(record, "actor")) is not None:
        return {"user": {"uid": who}}
    actor: dict[str, Any] = {"app_uid": record.get("credential", "none")}
    if "subject" in record:
        actor["user"] = {"uid": record["subject"]}
    return actor


def _api(record: Record) -> dict[str, Any]:
    api: dict[str, Any] = {
        "operation": record.get("path") or record["event"],
        "service": {"name": "deepseek-gateway"},
    }
    if "request_id" in record:
        api["request"] = {"uid": record["request_id"]}
    if "status" in record:
        api["response"] = {"code": record["status"]} | _given(error=record.get("code"))
    return api


def _of_an_exchange(record: Record) -> dict[str, Any]:
    if "request_id" not in record:
        return {}
    tried = [*(record.get("tries") or record.get("destinations") or ())]
    # The last one tried is the one that answered.
    upstream = tried[-1]["upstream"] if "tries" in record else None
    found: dict[str, Any] = {
        "http_request": {"url": {"path": record.get("path", "")}} | _given(user_agent=record.get("agent")),
        "resources": [
            {"name": one["upstream"], "type": "upstream", "labels": [one["residency"]]} for one in tried
        ],
    }
    if upstream is not None:
        found["dst_endpoint"] = {"name": upstream}
    if "model" in record:
        found["ai_model"] = {"name": record["model"], "ai_provider": upstream or "none"}
    if "status" in record:
        found["http_response"] = {"code": record["status"]}
    if "total_micros" in record:
        found["duration"] = record["total_micros"] // 1000
    if tokens := record.get("tokens"):
        found["message_context"] = _message_context(tokens)
    return found


def _message_context(tokens: Mapping[str, int]) -> dict[str, Any]:
    prompt, completion = tokens.get("prompt", 0), tokens.get("completion", 0)
    return {
        "service": {"name": "deepseek-gateway"},
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
