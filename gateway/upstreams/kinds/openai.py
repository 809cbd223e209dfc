"""Anything that speaks OpenAI's chat completions, hosted or not."""

from typing import Any

from gateway.upstreams.compatible import Compatible
from gateway.upstreams.request_fields import CONTROL_FIELDS, ask_for_usage, without_prefix_marks
from gateway.upstreams.target import Target
from gateway.vocabulary.residency import Residency
from gateway.wire.chat import ChatRequest

_DEEPSEEK_ONLY = frozenset({"thinking", "user_id", "safety_check"})


class OpenAI(Compatible):
    """
    A server of which no more is known than its protocol.

    Unknown fields pass, but not what only DeepSeek knows, nor what reaches
    into a local server. It may fetch pictures only when it stands outside.
    """

    renames_reasoning = True
    may_fetch_from = (Residency.EXTERNAL,)
    embedding_fields = None

    def _write_completion(self, request: ChatRequest, target: Target) -> dict[str, Any]:
        body = super()._write_completion(request, target)
        return {name: value for name, value in body.items() if name not in _DEEPSEEK_ONLY}

    def _write(self, request: ChatRequest, target: Target) -> dict[str, Any]:
        dropped = _DEEPSEEK_ONLY | CONTROL_FIELDS
        body = {name: value for name, value in request.body.items() if name not in dropped}
        body["model"] = target.model
        ask_for_usage(body, streams=request.stream)
        body["messages"] = without_prefix_marks(body["messages"])
        return body
