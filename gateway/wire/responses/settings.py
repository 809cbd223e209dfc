"""What an answer repeats of its request, as clients expect it there."""

from typing import Any

from gateway.wire.places import wrong

Settings = dict[str, Any]

# As they were sent; each is null where it was not.
_AS_SENT = (
    "instructions", "max_output_tokens", "max_tool_calls", "prompt_cache_key", "safety_identifier",
    "temperature", "top_p", "user",
)  # fmt: skip


def settings_of(fields: dict[str, Any]) -> Settings:
    """Return the settings of a request that was found good, as its answer repeats them."""
    reasoning, text = fields.get("reasoning") or {}, fields.get("text") or {}
    parallel = fields.get("parallel_tool_calls")
    return {
        **{name: fields.get(name) for name in _AS_SENT},
        "background": False,
        "metadata": _metadata(fields.get("metadata")),
        "parallel_tool_calls": True if parallel is None else parallel,
        "previous_response_id": None,
        "reasoning": {"effort": reasoning.get("effort"), "summary": summary_of(reasoning)},
        "service_tier": "default",
        "store": False,
        "text": {**text, "format": text.get("format") or {"type": "text"}},
        "tool_choice": fields.get("tool_choice") or "auto",
        "tools": fields.get("tools") or [],
        "top_logprobs": fields.get("top_logprobs") or 0,
        "truncation": "disabled",
    }


def summary_of(reasoning: dict[str, Any]) -> str | None:
    """Return how a caller wants to read summaries of thoughts; None where it wants the thoughts."""
    summary = reasoning.get("summary") or reasoning.get("generate_summary")
    if summary is not None and type(summary) is not str:
        raise wrong("reasoning.summary", "has to be auto, concise or detailed.")
    return None if summary == "none" else summary


def _metadata(metadata: object) -> dict[str, str]:
    if metadata is None:
        return {}
    if type(metadata) is not dict or not all(type(value) is str for value in metadata.values()):
        raise wrong("metadata", "has to be an object of texts.")
    return metadata
