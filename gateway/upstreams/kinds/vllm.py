"""vLLM's OpenAI-compatible server (https://docs.vllm.ai)."""

from typing import Any

from gateway.upstreams.compatible import Compatible
from gateway.upstreams.completion_fields import COMPLETION_FIELDS
from gateway.upstreams.embedding_call import EMBEDDING_FIELDS
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
    "add_generation_prompt",
    "allowed_token_ids",
    "bad_words",
    "continue_final_message",
    "guided_choice",
    "guided_grammar",
    "guided_json",
    "guided_regex",
    "ignore_eos",
    "include_reasoning",
    "include_stop_str_in_output",
    "length_penalty",
    "min_p",
    "min_tokens",
    "repetition_penalty",
    "skip_special_tokens",
    "spaces_between_special_tokens",
    "stop_token_ids",
    "structured_outputs",
    "thinking_token_budget",
    "top_k",
    "truncate_prompt_tokens",
}


class VLLM(Compatible):
    """
    A server that calls `reasoning_content` `reasoning` and reports usage in a chunk of its own.

    It accepts DeepSeek's `thinking` and ignores it, so that is translated for
    the chat template. An overload is 503, meant for the next server. It fills
    no gap in a text, and refuses `suffix`.
    """

    renames_reasoning = True
    completion_fields = COMPLETION_FIELDS | (_FIELDS - OPENAI_FIELDS)
    unheeded = ("suffix",)
    embedding_fields = EMBEDDING_FIELDS | {"add_special_tokens", "truncate_prompt_tokens"}

    def _write(self, request: ChatRequest, target: Target) -> dict[str, Any]:
        body = pick(request, _FIELDS, target.model)
        ask_for_usage(body, streams=request.stream)
        tell_the_template(body, request, "thinking", "enable_thinking")
        if wants_thinking(request) is False:
            # An effort would switch thinking on again, and older versions know no effort of "none".
            body.pop("reasoning_effort", None)
        if has_prefix(request):
            body |= {"continue_final_message": True, "add_generation_prompt": False}
        body["messages"] = without_prefix_marks(with_known_roles(body["messages"]))
        return body

    def _isolate(self, body: dict[str, Any], isolation: Isolation) -> None:
        # Its prefix cache is shared by all who send the same salt.
        body["cache_salt"] = isolation.tenant
