"""Hosted DeepSeek (https://api-docs.deepseek.com)."""

from typing import Any

from msgspec.structs import replace

from gateway.upstreams.compatible import COMPLETIONS_PATH, Compatible
from gateway.upstreams.foreign_error import ForeignError
from gateway.upstreams.kind import KindCall
from gateway.upstreams.openai_habits import describe_the_format, give_reasoning_back, turn_off_thinking
from gateway.upstreams.request_fields import ask_for_usage, has_prefix, name_the_limit, with_known_roles
from gateway.upstreams.strict_tools import are_held
from gateway.upstreams.target import Target
from gateway.vocabulary.residency import Residency
from gateway.wire.chat import ChatRequest
from gateway.wire.sealed_request import Isolation, SealedRequest

# https://api-docs.deepseek.com/guides/fim_completion
_MOST_OF_COMPLETION = 4_096


class DeepSeek(Compatible):
    """
    The API whose shape every caller sees; its answers pass untouched.

    A prefix, tools that are held to their schemas, and completions are served only under
    `/beta`: such a call goes there where the base URL is the bare host or ends in `/v1`.
    Any other base path is a proxy's, and stays as it is. It makes no embeddings.
    """

    makes_embeddings = False
    wants_thoughts = True
    may_fetch_from = tuple(Residency)

    def call(self, sealed: SealedRequest, target: Target) -> KindCall:
        """Write a sealed request, to the beta base where only that serves it."""
        call = super().call(sealed, target)
        request = sealed.request
        if request.is_plain or target.upstream.base_path not in ("", "/v1"):
            return call
        if call.path == COMPLETIONS_PATH or _needs_beta(request):
            return replace(call, path=f"/beta{call.path}", from_root=True)
        return call

    def _write_completion(self, request: ChatRequest, target: Target) -> dict[str, Any]:
        body = super()._write_completion(request, target)
        if body.get("max_tokens", 0) > _MOST_OF_COMPLETION:
            # A plan's bound is meant for chat; what is cut says so by its finish reason.
            body["max_tokens"] = _MOST_OF_COMPLETION
        return body

    def _write(self, request: ChatRequest, target: Target) -> dict[str, Any]:
        body = {**request.body, "model": target.model}
        ask_for_usage(body, streams=request.stream)
        name_the_limit(body)
        body["messages"] = with_known_roles(body["messages"])
        turn_off_thinking(body)
        give_reasoning_back(body)
        describe_the_format(body)
        return body

    def _isolate(self, body: dict[str, Any], isolation: Isolation) -> None:
        # It separates caches, schedules and content checks by this name.
        body["user_id"] = isolation.user or isolation.tenant

    def _code(self, status: int, error: ForeignError) -> str:
        # Type and code say "invalid_request_error" for almost everything; only
        # status and words tell one refusal from another.
        words = error.message.lower()
        if "content exists risk" in words:
            return "content_risk"
        if status == 429 and "balance" in words:
            return "upstream_balance_exhausted"
        if status == 400 and "supported api model names" in words:
            return "upstream_misconfigured"
        return super()._code(status, error)


def _needs_beta(request: ChatRequest) -> bool:
    return has_prefix(request) or are_held(request)
