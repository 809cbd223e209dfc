"""What the response cache alone costs, in this process: the question, the answer, and keeping it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import uvloop

from benchmarks.canned import ANSWER, question
from gateway.cache.cache_terms import CacheTerms
from gateway.cache.key import Question
from gateway.cache.librarian import Librarian
from gateway.cache.memory_store import MemoryStore
from gateway.cache.rules import CacheRules
from gateway.cache.strongbox import Strongbox
from gateway.foundation.clock import SystemClock
from gateway.foundation.last_tasks import LastTasks
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.usage import Usage
from gateway.wire.chat import parse_chat
from gateway.wire.frames import Frame, FrameKind, FrameSink, FrameSource

_MICROS = 1e6
_ROUNDS = 5
_QUESTIONS = 3000
_MEMORY_BYTES = 256 * 1024**2
_WHOLE = (Frame(FrameKind.WHOLE, ANSWER, Usage(210, 128, 128, 82)),)


class OneKey:
    """The keys of a tenant, without a state store."""

    _key = bytes(32)

    def derive(self, owner: str, purpose: str) -> bytes:  # noqa: ARG002 - there is one
        """Return the key."""
        return self._key

    def key_id(self, owner: str) -> str:  # noqa: ARG002 - there is one
        """Name the key."""
        return "0" * 16


def own_micros() -> tuple[float, float]:
    """Return what a miss adds to an exchange, and what a hit costs, without any socket."""
    return uvloop.run(_own_micros())


async def _own_micros() -> tuple[float, float]:
    desk = _Desk()
    misses, hits = [], []
    for _ in range(_ROUNDS):
        desk.begin_anew()
        misses.append(await _each(desk.ask, desk.questions))
        hits.append(await _each(desk.ask, desk.questions))
    return min(misses), min(hits)


async def _each(ask: Callable[[Question], Awaitable[None]], questions: Sequence[Question]) -> float:
    began = time.process_time()
    for one in questions:
        await ask(one)
    return (time.process_time() - began) / len(questions) * _MICROS


class _Desk:
    """A librarian, and the questions it is asked."""

    def __init__(self) -> None:
        terms = CacheTerms("deepseek-chat", CacheRules(enabled=True), bytes(32))
        caller = Caller("demo", "default", "key", "api_key")
        bodies = [parse_chat(question(number, stream=False)).body for number in range(_QUESTIONS)]
        self.questions = [Question(caller, terms, body, "external", streamed=False) for body in bodies]

    def begin_anew(self) -> None:
        """Forget every answer."""
        clock = SystemClock()
        tasks = LastTasks(_raise)
        self._librarian = Librarian(
            MemoryStore(clock, _MEMORY_BYTES), Strongbox(OneKey()), clock, tasks=tasks
        )

    async def ask(self, one: Question) -> None:
        """Take one exchange through the cache."""
        inquiry = self._librarian.inquire({}, one)
        answer = await inquiry.answer(_fetch, _Bill())
        await answer.pour(_Sink())
        inquiry.fields()
        answer.close()
        inquiry.use(None, {})


class _Bill:
    def pass_on(self, heir: Any) -> None:
        """Nobody leaves."""

    def stay(self) -> None:
        """Nobody listens elsewhere."""

    def over(self) -> None:
        """Nobody waits for the end."""

    def counted(self, deltas: int) -> None:
        """Nobody counts."""

    def reported(self, usage: Usage) -> None:
        """Nobody counts."""


class _Sink:
    def take(self, frames: Sequence[Frame]) -> bool:
        """Take what comes."""
        return frames[-1].kind is FrameKind.DELTA

    async def ready(self) -> bool:
        """The answer is whole."""
        return False


class _Canned:
    async def pour(self, sink: FrameSink) -> None:
        """Hand on the answer."""
        if not sink.take(_WHOLE):
            await sink.ready()

    def close(self) -> None:
        """Nothing is open."""


async def _fetch() -> FrameSource:
    await asyncio.sleep(0)
    return _Canned()


def _raise(error: BaseException) -> None:
    raise error
