"""What the simulator remembers of its exchanges, and how a test waits for it."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from gateway.simulator.pieces import tokens

_CREDENTIALS = frozenset(("authorization", "x-api-key", "api-key"))


class SimulatedEnding(StrEnum):
    """How an exchange ended, as the simulator saw it."""

    FINISHED = "finished"
    CALLER_LEFT = "caller_left"
    BROKEN_OFF = "broken_off"


@dataclass(slots=True, eq=False)
class SimulatedExchange:
    """
    One request and what became of it; the simulator keeps writing to it while it runs.

    `generated_tenths` counts what a model would have generated so far, sent
    or not; seconds are monotonic. `connection` numbers the TCP connections.
    """

    number: int
    connection: int
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    started_at: float
    streamed: bool = False
    status: int | None = None
    deltas_sent: int = 0
    generated_tenths: int = 0
    ending: SimulatedEnding | None = None
    ended_at: float | None = None

    @property
    def request(self) -> Any:
        """The request's body, parsed."""
        return orjson.loads(self.body)

    @property
    def completion_tokens(self) -> int:
        """Tokens generated so far."""
        return tokens(self.generated_tenths)

    @property
    def caller_left(self) -> bool:
        """Whether the caller went away before the end."""
        return self.ending is SimulatedEnding.CALLER_LEFT

    def as_json(self) -> dict[str, object]:
        """Return it for another process, its credentials masked."""
        headers = {name: "***" if name in _CREDENTIALS else value for name, value in self.headers.items()}
        return {
            "number": self.number,
            "connection": self.connection,
            "method": self.method,
            "path": self.path,
            "headers": headers,
            "body": self.body.decode(errors="replace"),
            "streamed": self.streamed,
            "status": self.status,
            "deltas_sent": self.deltas_sent,
            "completion_tokens": self.completion_tokens,
            "ending": self.ending,
            "started_at": self.started_at,
            "ended_at": self.ended_at,
        }


class Records:
    """
    The latest exchanges, counts of all of them, and those who wait for a change.

    Waiting costs an exchange nothing while nobody waits.
    """

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self.on_end: Callable[[SimulatedExchange], None] | None = None
        self.forget()
        self._waiters: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []

    def forget(self) -> None:
        """Start from nothing."""
        self.exchanges: deque[SimulatedExchange] = deque(maxlen=self._kept)
        self._leavers: deque[SimulatedExchange] = deque(maxlen=max(self._kept, 1))
        self._running: set[SimulatedExchange] = set()
        self.started = 0
        self.ended = dict.fromkeys(SimulatedEnding, 0)

    @property
    def running(self) -> int:
        """How many exchanges have begun and not ended."""
        return len(self._running)

    def begin(self, exchange: SimulatedExchange) -> None:
        """Remember one that begins."""
        self.started += 1
        self._running.add(exchange)
        self.exchanges.append(exchange)
        self.changed()

    def end(self, exchange: SimulatedExchange, ending: SimulatedEnding, at: float) -> None:
        """Close one, once; a second ending changes nothing, nor does that of one that was forgotten."""
        if exchange.ending is not None:
            return
        exchange.ending, exchange.ended_at = ending, at
        if exchange not in self._running:
            return
        self._running.discard(exchange)
        self.ended[ending] += 1
        if ending is SimulatedEnding.CALLER_LEFT:
            self._leavers.append(exchange)
        if self.on_end is not None:
            self.on_end(exchange)
        self.changed()

    def changed(self) -> None:
        """Wake those whose condition holds now."""
        if not self._waiters:
            return
        for condition, woken in self._waiters:
            if not woken.done() and condition():
                woken.set_result(None)

    async def until(self, condition: Callable[[], bool], timeout_seconds: float = 5.0) -> None:
        """Wait until the condition holds, asked again after every change; raise `TimeoutError`."""
        if condition():
            return
        waiter = (condition, asyncio.get_running_loop().create_future())
        self._waiters.append(waiter)
        try:
            await asyncio.wait_for(waiter[1], timeout_seconds)
        finally:
            self._waiters.remove(waiter)

    async def caller_left(self, timeout_seconds: float = 5.0) -> SimulatedExchange:
        """Wait for the next exchange whose caller went away; each is reported once."""
        await self.until(lambda: bool(self._leavers), timeout_seconds)
        return self._leavers.popleft()
