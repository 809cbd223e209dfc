"""An exchange in words, for somebody who watches a terminal."""

import time

from gateway.vocabulary.ending import Ending
from gateway.vocabulary.outcome import Outcome


def in_words(outcome: Outcome, wall: float) -> str:
    """Return one line: when, what was answered, to whom, from where, how fast, and the request's id."""
    usage, caller = outcome.usage, outcome.caller
    parts = [
        time.strftime("%H:%M:%S", time.gmtime(wall)),
        str(outcome.status or "---"),
        caller.tenant if caller else "nobody",
        f"{outcome.model or '-'}{f' from {outcome.upstream}' if outcome.upstream else ''}",
        _how_fast(outcome),
    ]
    if usage.prompt_tokens or usage.completion_tokens:
        parts.append(f"{usage.prompt_tokens}+{usage.completion_tokens} tokens")
    if outcome.cache is not None:
        parts.append(f"cache {outcome.cache.result}")
    if outcome.code is not None:
        parts.append(outcome.code)
    if outcome.ending is not Ending.FINISHED:
        parts.append(str(outcome.ending).replace("_", " "))
    return "  ".join([*parts, outcome.arrival.request_id]) + "\n"


def _how_fast(outcome: Outcome) -> str:
    first = outcome.first_token_seconds
    return f"{outcome.total_seconds:.3f} s" + ("" if first is None else f", first token {first:.3f} s")
