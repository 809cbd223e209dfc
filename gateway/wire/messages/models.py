"""The models of a caller, as Anthropic's clients list them (https://docs.anthropic.com/en/api/models-list)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any


def model_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return one model."""
    created = datetime.fromtimestamp(entry["created"], UTC)
    name = entry["id"]
    return {
        "type": "model",
        "id": name,
        "display_name": entry.get("name", name),
        "created_at": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "max_input_tokens": entry.get("context_window"),
        "max_tokens": entry.get("max_output_tokens"),
    }


def page_of(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return all models, on the one page there is."""
    models = [model_of(entry) for entry in entries]
    return {
        "data": models,
        "has_more": False,
        "first_id": models[0]["id"] if models else None,
        "last_id": models[-1]["id"] if models else None,
    }
