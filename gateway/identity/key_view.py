"""A key as those may see it who look after it: everything but its secret and hash."""

from datetime import UTC, datetime
from typing import Any

from gateway.identity.key_document import KeyDocument


def key_view(document: KeyDocument, now_wall: float) -> dict[str, Any]:
    """Return what `keys show` and the admin API say about a key."""
    return {
        "id": document.id,
        "tenant": document.tenant,
        "project": document.project,
        "label": document.label,
        "state": document.standing(now_wall),
        "scopes": list(document.scopes),
        "models": list(document.models),
        "networks": list(document.networks),
        "limits": document.limits,
        "cache": document.cache,
        "metadata": document.metadata,
        "created_at": time_text(document.created_at),
        "expires_at": time_text(document.expires_at),
        "revoked_at": time_text(document.revoked_at),
        "earlier_secrets_until": [
            time_text(until) for until in document.earlier_secrets_until() if until > now_wall
        ],
        "history": [
            {"at": time_text(act.at), "actor": act.actor, "act": act.act} for act in document.history
        ],
    }


def time_text(wall: float | None) -> str | None:
    """Return a time in UTC as RFC 3339 writes it, or None."""
    if wall is None:
        return None
    return datetime.fromtimestamp(wall, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
