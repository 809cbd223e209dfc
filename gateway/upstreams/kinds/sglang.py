"""SGLang's OpenAI-compatible server (https://docs.sglang.ai)."""

from typing import Any

from gateway.upstreams.compatible import Compatible
from gateway.upstreams.completion_fields import COMPLETION_FIELDS
from gateway.upstreams.request_fields import (
    OPENAI_FIELDS,
    ask_for_usage,
    has_prefix,
    pick,
    tell_the_template,
    wants_thinking,
    with_known_roles,
    without_prefix_marks,
)
from gateway.upstreams.target import Target
from gateway.wire.chat import ChatRequest
from gateway.wire.sealed_request import Isolation

_FIELDS = OPENAI_FIELDS | {
    "continue_final_message",
    "ebnf",
    "ignore_eos",
    "min_p",
    "min_tokens",
    "no_stop_trim",
    "regex",
    "repetition_penalty",
    "skip_special_tokens",
    "stop_regex",
    "stop_token_ids",
    "top_k",
}


class SGLang(Compatible):
    """
    A server whose errors are flat, and whose reasoning has to be asked for by itself.

    Its usage comes in a chunk of its own. How a gap in a text is filled, it is
    told by its operator (`--completion-template`).
    """

    completion_fields = COMPLETION_FIELDS | (_FIELDS - OPENAI_FIELDS)

    def _write(self, request: ChatRequest, target: Target) -> dict[str, Any]:
        body = pick(request, _FIELDS, target.model)
        ask_for_usage(body, streams=request.stream)
        tell_the_template(body, request, "thinking", "enable_thinking")
        if wants_thinking(request) is False:
            # An effort beside it would ask for the opposite.
            body.pop("reasoning_effort", None)
        if has_prefix(request):
            body["continue_final_message"] = True
        body["messages"] = without_prefix_marks(with_known_roles(body["messages"]))
        body |= {"separate_reasoning": True, "stream_reasoning": True}
        return body

    def _isolate(self, body: dict[str, Any], isolation: Isolation) -> None:
        # Its prefix cache is shared by all who send the same salt.
        body["cache_salt"] = isolation.tenant
