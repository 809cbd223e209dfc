"""
DeepSeek's usage object and our `Usage`, in both directions.

Reading is lenient: local servers leave out the cache fields, and DeepSeek's
own examples do too.
"""

from typing import Any

from gateway.vocabulary.usage import Usage

# Beyond what any number in JSON is exact for; a count above it is none.
_MOST = 2**53


def read_report(report: object) -> Usage | None:
    """
    Read what a server says it used, or return None where it says nothing.

    A report of no token at all says nothing: there is no prompt without one,
    and some servers send noughts where they do not count.
    """
    usage = read_usage(report) if isinstance(report, dict) else None
    return usage if usage is not None and usage.total_tokens else None


def read_usage(report: dict[str, Any]) -> Usage:
    """Read a usage object of any server; what is missing counts as zero."""
    prompt = _count(report, "prompt_tokens")
    hit = _count(report, "prompt_cache_hit_tokens") or _count(
        report.get("prompt_tokens_details"), "cached_tokens"
    )
    prompt = prompt or hit + _count(report, "prompt_cache_miss_tokens")
    hit = min(hit, prompt)
    reasoning = _count(report.get("completion_tokens_details"), "reasoning_tokens")
    reasoning = reasoning or _count(report, "reasoning_tokens")
    completion = _count(report, "completion_tokens")
    if reasoning > completion or (
        reasoning and _count(report, "total_tokens") == prompt + completion + reasoning
    ):
        # Some servers count what was thought beside what was said.
        completion += reasoning
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        cache_hit_tokens=hit,
        cache_miss_tokens=prompt - hit,
        reasoning_tokens=reasoning,
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
    if type(value) is float and value.is_integer():
        # Some languages know no other numbers.
        value = int(value)
    return value if type(value) is int and 0 < value < _MOST else 0
