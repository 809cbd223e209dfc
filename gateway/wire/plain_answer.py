"""The shape that most whole answers have, DeepSeek's own, judged in one look."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gateway.vocabulary.usage import Usage

_Count = Annotated[int, Meta(ge=0)]


class _Prompt(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    cached_tokens: _Count = 0


class _Completion(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    reasoning_tokens: _Count = 0


class _Report(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    prompt_tokens: _Count
    completion_tokens: _Count
    total_tokens: _Count
    prompt_cache_hit_tokens: _Count
    prompt_cache_miss_tokens: _Count
    prompt_tokens_details: _Prompt = _Prompt()
    completion_tokens_details: _Completion = _Completion()


class _Message(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    role: str
    content: str | None = None
    reasoning_content: str | None = None


class _Choice(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    message: _Message
    index: int = 0
    finish_reason: str | None = None
    logprobs: None = None


class _PlainAnswer(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    object: Literal["chat.completion"]
    choices: Annotated[list[_Choice], Meta(min_length=1)]
    usage: _Report
    id: str = ""
    created: int = 0
    model: str = ""
    system_fingerprint: str | None = None


_ANSWERS = msgspec.json.Decoder(_PlainAnswer)


def usage_of_plain(body: bytes) -> Usage | None:
    """
    Return the usage that an answer of texts alone reports, if it is in DeepSeek's shape to the last field.

    None says nothing against an answer; it has to be looked at more closely.
    """
    try:
        report = _ANSWERS.decode(body).usage
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    prompt, hit, miss = report.prompt_tokens, report.prompt_cache_hit_tokens, report.prompt_cache_miss_tokens
    cached = report.prompt_tokens_details.cached_tokens
    completion, reasoning = report.completion_tokens, report.completion_tokens_details.reasoning_tokens
    if hit + miss != prompt or (cached != hit and cached) or not prompt + completion:
        return None
    if reasoning > completion or (reasoning and report.total_tokens != prompt + completion):
        return None
    return Usage(prompt, completion, hit, miss, reasoning)
