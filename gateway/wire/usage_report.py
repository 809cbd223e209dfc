"""
DeepSeek's usage object and our `Usage`, in both directions.

Reading is lenient: local servers leave out the cache fields, and DeepSeek's
own examples do too. Keys are looked for in the raw bytes: the quotes of a key
inside a JSON text are escaped, so a caller's words are never taken for one.
"""

from typing import Any

import orjson

from gateway.vocabulary.usage import Usage
from gateway.wire.sse import data_of

_KEY = b'"usage":'


def find_usage(raw: bytes) -> Usage | None:
    """Return the usage that an answer or one event of a stream reports, if it does."""
    if not mentions_usage(raw):
        return None
    report = _cut_out(raw)
    if report is None:
        report = _parse_out(raw)
    return None if report is None else read_usage(report)


def mentions_usage(raw: bytes) -> bool:
    """Return whether a usage that is not null stands in this JSON."""
    at = raw.rfind(_KEY)
    while at >= 0:
        if not raw[at + 8 : at + 24].lstrip().startswith(b"null"):
            return True
        at = raw.rfind(_KEY, 0, at)
    return False


def read_usage(report: dict[str, Any]) -> Usage:
    """Read a usage object of any server; what is missing counts as zero."""
    prompt = _count(report, "prompt_tokens")
    hit = _count(report, "prompt_cache_hit_tokens") or _count(
        report.get("prompt_tokens_details"), "cached_tokens"
    )
    prompt = prompt or hit + _count(report, "prompt_cache_miss_tokens")
    hit = min(hit, prompt)
    reasoning = _count(report.get("completion_tokens_details"), "reasoning_tokens")
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=_count(report, "completion_tokens"),
        cache_hit_tokens=hit,
        cache_miss_tokens=prompt - hit,
        reasoning_tokens=reasoning or _count(report, "reasoning_tokens"),
    )


def write_usage(usage: Usage) -> dict[str, Any]:
    """Return the usage object that DeepSeek would send for these counts."""
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.total_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cache_hit_tokens},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "prompt_cache_hit_tokens": usage.cache_hit_tokens,
        "prompt_cache_miss_tokens": usage.cache_miss_tokens,
    }


def complete_report(report: dict[str, Any]) -> dict[str, Any]:
    """Return another server's usage object with DeepSeek's fields; what it has itself is kept."""
    usage = read_usage(report)
    whole = {
        **report,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.total_tokens,
        "prompt_cache_hit_tokens": usage.cache_hit_tokens,
        "prompt_cache_miss_tokens": usage.cache_miss_tokens,
    }
    if usage.reasoning_tokens:
        details = report.get("completion_tokens_details")
        own = details if isinstance(details, dict) else {}
        whole["completion_tokens_details"] = {**own, "reasoning_tokens": usage.reasoning_tokens}
    return whole


def _count(report: object, name: str) -> int:
    value = report.get(name) if isinstance(report, dict) else None
    return value if type(value) is int and value > 0 else 0


def _cut_out(raw: bytes) -> dict[str, Any] | None:
    # The object alone: a long answer is not parsed for its last hundred bytes.
    start = raw.find(b"{", raw.rfind(_KEY))
    end = raw.find(b"}", start) + 1
    while end and raw.count(b"{", start, end) != raw.count(b"}", start, end):
        end = raw.find(b"}", end) + 1
    try:
        report = orjson.loads(raw[start:end])
    except orjson.JSONDecodeError:
        return None
    return report if _is_report(report) else None


def _parse_out(raw: bytes) -> dict[str, Any] | None:
    try:
        answer = orjson.loads(raw if raw.lstrip().startswith(b"{") else data_of(raw))
    except orjson.JSONDecodeError:
        return None
    report = answer.get("usage") if isinstance(answer, dict) else None
    return report if _is_report(report) else None


def _is_report(report: object) -> bool:
    return isinstance(report, dict) and ("prompt_tokens" in report or "completion_tokens" in report)
