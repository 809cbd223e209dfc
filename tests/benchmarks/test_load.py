"""Tests of benchmarks/load.py and its callers, against the mock and against servers that do wrong."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from benchmarks.load import Job, run
from benchmarks.mock_upstream import Counts, MockConnection


class _WrongServer(asyncio.Protocol):
    """Says the same few bytes to whatever it hears, and hangs up."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, _data: bytes) -> None:
        self._transport.write(self._answer)
        self._transport.close()


@asynccontextmanager
async def _serving(protocol: Callable[[], asyncio.Protocol]) -> AsyncIterator[int]:
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def _job(kind: str, port: int, *, total: int) -> Job:
    return Job(kind, port, "sk-key", connections=4, total=total, deadline_seconds=5)


@pytest.mark.parametrize("kind", ["whole", "stream"])
async def test_every_question_gets_its_right_answer(kind: str) -> None:
    """
    A load asks exactly as often as it was told, over kept connections, and the mock counts the same.
    """
    counts = Counts()
    async with _serving(lambda: MockConnection(counts, 0.0)) as port:
        report = await run(_job(kind, port, total=9))

    assert (9, 0, []) == (report.right, report.wrong, report.reasons)
    assert 9 == counts.requests
    assert (9 if kind == "stream" else 0) == counts.streams
    assert 0 == counts.live


async def test_leavers_leave_while_the_stream_runs() -> None:
    """
    Each leaver hears a few deltas of a stream of its own, which the mock then sees cut.
    """
    counts = Counts()
    async with _serving(lambda: MockConnection(counts, 0.002)) as port:
        report = await run(_job("leave", port, total=6))
        while counts.live:  # noqa: ASYNC110 - the mock counts, it offers no event
            await asyncio.sleep(0)

    assert (6, 0) == (report.right, report.wrong)
    assert (6, 6) == (counts.streams, counts.cut)


@pytest.mark.parametrize("kind", ["whole", "stream", "leave"])
@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\ndata: [DONE]\n\n\r\n0\r\n\r\n",
    ],
    ids=["nothing", "refused", "another answer", "an empty stream"],
)
async def test_a_wrong_answer_never_counts(kind: str, answer: bytes) -> None:
    """
    What is not the expected answer counts as wrong, with a reason.
    """
    async with _serving(lambda: _WrongServer(answer)) as port:
        report = await run(_job(kind, port, total=2))

    assert (0, 2) == (report.right, report.wrong)
    assert report.reasons


async def test_nobody_there_is_wrong() -> None:
    """
    A refused connection is a question without an answer.
    """
    async with _serving(asyncio.Protocol) as port:
        pass

    report = await run(_job("whole", port, total=3))

    assert (0, 3) == (report.right, report.wrong)


async def test_silence_is_wrong_in_time() -> None:
    """
    A server that never answers costs the deadline and no more.
    """
    async with _serving(asyncio.Protocol) as port:
        job = Job("whole", port, "sk-key", connections=1, total=1, deadline_seconds=0.02)
        report = await run(job)

    assert (0, 1, "no answer in time") == (report.right, report.wrong, report.reasons[0])
