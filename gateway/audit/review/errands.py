"""Children that search the log, so that no worker has to."""

import asyncio
import sys
from typing import Any

import msgspec
import orjson

from gateway.audit.review.errand import Order
from gateway.vocabulary.refusal import Blame, Refusal

_SECONDS = 60.0
_AT_ONCE = 2
_BAD = frozenset({"BadQuestion"})


class BadAuditQuestion(Refusal):
    """What was asked of the log cannot be; `param` names the field where that is known."""

    status, code, kind, blame = 400, "invalid_request", "invalid_request_error", Blame.CALLER
    should_retry = False


class NotInTheLog(Refusal):
    """There is no such record, or not yet."""

    status, code, kind, blame = 404, "not_found", "invalid_request_error", Blame.CALLER
    should_retry = False


class SearchFailed(Refusal):
    """The log could not be searched."""

    status, code, blame = 503, "audit_search_unavailable", Blame.GATEWAY


class Errands:
    """Send a child for each search, two at a time, and end one that takes a minute."""

    def __init__(self, seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def run(self, order: Order) -> Any:
        """Return the child's answer, or raise the refusal that it is."""
        try:
            async with asyncio.timeout(self._seconds), self._turn:
                said = await _run(msgspec.json.encode(order))
        except TimeoutError as error:
            raise SearchFailed(
                "The search took too long. Ask for a shorter time or fewer records."
            ) from error
        if "refused" in said:
            raise _refusal(said["what"], said["refused"])
        return said["answer"]


async def _run(order: bytes) -> dict[str, Any]:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway.audit.review.errand"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        answer, _ = await child.communicate(order)
    finally:
        # Whoever asked may have left, or waited long enough.
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        raise SearchFailed("The search failed. The log itself is not touched by it.")
    said: dict[str, Any] = orjson.loads(answer)
    return said


def _refusal(what: str, message: str) -> Refusal:
    if what in _BAD:
        return BadAuditQuestion(message)
    return SearchFailed(message) if what == "NeedsDuckDB" else NotInTheLog(message)
