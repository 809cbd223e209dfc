"""What is told when somebody has changed a key."""

from typing import Any

import orjson

from gateway.identity.key_document import KeyDocument
from gateway.identity.key_office import KeyChange
from gateway.identity.key_view import key_view
from gateway.vocabulary.notice import Notice


def key_notice(actor: str, change: KeyChange, now_wall: float) -> Notice:
    """Return what is told about a change: who did what, what was and what is, and no secret."""
    before = _facts(change.before, now_wall) if change.before is not None else {}
    after = _facts(change.after, now_wall)
    changed = sorted(name for name in after if before.get(name) != after[name])
    return Notice(
        f"key.{change.act}",
        {
            "actor": actor,
            "key": change.after.id,
            "tenant": change.after.tenant,
            "before": orjson.dumps({name: before[name] for name in changed if name in before}).decode(),
            "after": orjson.dumps({name: after[name] for name in changed}).decode(),
        },
    )


def _facts(document: KeyDocument, now_wall: float) -> dict[str, Any]:
    view = key_view(document, now_wall)
    # What its owners write there may be anything; that it changed is told, not what it says.
    view["metadata"] = len(view["metadata"])
    del view["history"]
    return view
