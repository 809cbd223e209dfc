"""llama.cpp's `llama-server`, and the server of llama-cpp-python."""

from typing import Any

from gateway.upstreams.compatible import Compatible
from gateway.upstreams.completion_fields import COMPLETION_FIELDS
from gateway.upstreams.foreign_error import ForeignError
from gateway.upstreams.request_fields import (
    OPENAI_FIELDS,
    ask_for_usage,
    name_the_limit,
    pick,
    tell_the_template,
    with_known_roles,
    without_prefix_marks,
)
from gateway.upstreams.target import Target
from gateway.wire.chat import ChatRequest

_FIELDS = OPENAI_FIELDS | {
    "dry_allowed_length",
    "dry_base",
    "dry_multiplier",
    "dry_penalty_last_n",
    "dry_sequence_breakers",
    "dynatemp_exponent",
    "dynatemp_range",
    "grammar",
    "ignore_eos",
    "json_schema",
    "min_keep",
    "min_p",
    "mirostat",
    "mirostat_eta",
    "mirostat_tau",
    "repeat_last_n",
    "repeat_penalty",
    "samplers",
    "top_k",
    "top_n_sigma",
    "typical_p",
    "xtc_probability",
    "xtc_threshold",
}


class LlamaCpp(Compatible):
    """
    A server for one model on small machines.

    A last message of the assistant is continued by itself, so a prefix needs
    no more than its mark taken off. A stream that another request cut short
    ends in [DONE] without a finish reason, which is a cut answer. Of the two
    servers, llama-cpp-python alone knows `suffix` and `echo` of a completion.
    """

    completion_fields = COMPLETION_FIELDS | (_FIELDS - OPENAI_FIELDS)

    def _write(self, request: ChatRequest, target: Target) -> dict[str, Any]:
        body = pick(request, _FIELDS, target.model)
        ask_for_usage(body, streams=request.stream)
        name_the_limit(body)
        tell_the_template(body, request, "enable_thinking")
        body["messages"] = without_prefix_marks(with_known_roles(body["messages"]))
        return body

    def _code(self, status: int, error: ForeignError) -> str:
        words = error.message.lower()
        if "unsupported param" in words or "no echo is supported" in words:
            return "upstream_unsupported"
        return super()._code(status, error)
