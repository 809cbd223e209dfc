"""The two ways to be a caller: stay until the answer is whole, or leave in the middle of it."""

import asyncio
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.answers import AnswerBuffer, WrongAnswer, check_stream, check_whole, check_words
from benchmarks.canned import question

_DELTAS_BEFORE_LEAVING = 4
_CHECKS = {"whole": check_whole, "again": check_whole, "stream": check_stream, "words": check_words}
_RESET = struct.pack("ii", 1, 0)


class Tally:
    """What is left to ask, and what came of what was asked."""

    def __init__(self, total: int) -> None:
        self._left = total
        self.right = 0
        self.reasons: list[str] = []
        self.answer_seconds: list[float] = []
        self.first_seconds: list[float] = []

    def take(self) -> bool:
        """Take one question, if any is left."""
        if self._left <= 0:
            return False
        self._left -= 1
        return True

    def fail(self, reason: str) -> None:
        """Note why an answer does not count."""
        self.reasons.append(reason)


@dataclass(frozen=True, slots=True)
class Door:
    """Where to ask, with which key, and what stands in the head besides: lines that end with CR and LF."""

    port: int
    key: str
    headers: str = ""


def request_bytes(door: Door, number: int, *, stream: bool) -> bytes:
    """Return a whole request as an SDK would send it."""
    body = question(number, stream=stream)
    return (
        b"POST /v1/chat/completions HTTP/1.1\r\n"
        b"Host: 127.0.0.1:%d\r\n"
        b"Accept: application/json\r\n"
        b"Content-Type: application/json\r\n"
        b"User-Agent: benchmarks/1\r\n"
        b"Authorization: Bearer %b\r\n%b"
        b"Content-Length: %d\r\n\r\n%b"
    ) % (door.port, door.key.encode(), door.headers.encode(), len(body), body)


class _Line(asyncio.Protocol):
    """One connection; `done` is set when it is closed."""

    def __init__(self, door: Door, tally: Tally) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._door = door
        self._tally = tally
        self._transport: Any
        self._asked_at = 0.0
        self._has_heard = False
        self._is_over = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask the first question."""
        self._transport = transport
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note an answer that was cut."""
        if not self._is_over:
            self._tally.fail(f"the connection ended before the answer ({exc})")
        if not self.done.done():
            self.done.set_result(None)

    def _ask(self) -> None:
        raise NotImplementedError

    def _send(self, number: int, *, stream: bool) -> None:
        request = request_bytes(self._door, number, stream=stream)
        self._has_heard = False
        self._asked_at = time.perf_counter()
        self._transport.write(request)

    def _hear(self) -> None:
        if not self._has_heard:
            self._has_heard = True
            self._tally.first_seconds.append(time.perf_counter() - self._asked_at)

    def _stop(self, reason: str | None = None) -> None:
        self._is_over = True
        if reason is not None:
            self._tally.fail(reason)
        self._transport.close()


class KeptLine(_Line):
    """Ask, check the whole answer, ask again, as long as questions are left."""

    def __init__(self, door: Door, tally: Tally, numbers: Iterator[int], kind: str) -> None:
        super().__init__(door, tally)
        self._numbers = numbers
        self._check = _CHECKS[kind]
        self._stream = self._check is not check_whole
        self._answer = AnswerBuffer()
        self._known_right = b""

    def data_received(self, data: bytes) -> None:
        """Read on; check and ask again at the end of an answer."""
        self._hear()
        try:
            body = self._answer.feed(data)
            if body is None:
                return
            # Byte for byte the same as an answer that was read through needs no second reading.
            if body != self._known_right:
                self._check(body)
                self._known_right = body
        except WrongAnswer as wrong:
            self._stop(str(wrong))
            return
        self._tally.answer_seconds.append(time.perf_counter() - self._asked_at)
        self._tally.right += 1
        if self._tally.take():
            self._ask()
        else:
            self._stop()

    def _ask(self) -> None:
        self._send(next(self._numbers), stream=self._stream)


class LeavingLine(_Line):
    """Ask for a stream and leave after a few deltas."""

    def __init__(self, door: Door, tally: Tally, number: int) -> None:
        super().__init__(door, tally)
        self._number = number
        self._heard = b""

    def data_received(self, data: bytes) -> None:
        """Leave once enough was heard."""
        if self._is_over:
            return
        self._hear()
        self._heard += data
        if not self._heard.startswith(b"HTTP/1.1 200 "[: len(self._heard)]):
            self._stop(f"the answer is {self._heard[:400]!r}")
        elif self._heard.count(b"data: ") >= _DELTAS_BEFORE_LEAVING:
            self._tally.answer_seconds.append(time.perf_counter() - self._asked_at)
            self._tally.right += 1
            self._leave()

    def _ask(self) -> None:
        self._send(self._number, stream=True)

    def _leave(self) -> None:
        self._is_over = True
        if self._number % 2:
            # A program that is killed resets its connections; one that closes ends them.
            link: socket.socket = self._transport.get_extra_info("socket")
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._transport.abort()
