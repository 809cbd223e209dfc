"""Exchanges that go wrong at random on both sides, and what may be believed of their answers."""

import asyncio
import random
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from tests.fakes.house import Answer, Listening, a_chat, a_request, listen
from tests.fakes.open_door import Caller

WELL: Mapping[str, Any] = {}
# One directive each; `refuse` and the endless ones are short, because many run at once.
MISBEHAVIOURS: tuple[Mapping[str, Any], ...] = (
    *(WELL,) * 8,
    {"status": 429},
    {"status": 500},
    {"status": 503},
    {"status": 429, "retry_after": "0"},
    {"status": 400},
    {"slow_head": 0.2},
    {"slow_first_token": 0.3},
    {"slow_first_token": 60},
    {"queued": 0.4},
    {"queued": 60},
    {"stall_after": 0},
    {"stall_after": 3},
    {"stall_after": 3, "stall": 0.3},
    {"cut_after": 0, "cut": "reset"},
    {"cut_after": 4, "cut": "reset"},
    {"cut_after": 4, "cut": "close"},
    {"cut_after": 4, "cut": "mid_chunk"},
    {"cut_after": 4, "cut": "close", "until_close": True},
    {"until_close": True},
    {"no_done": True},
    {"no_finish": True},
    {"no_finish": True, "no_done": True},
    {"no_usage": True},
    {"garbage_after": 0},
    {"garbage_after": 3},
    {"huge_header": 300_000},
    {"error_after": 0},
    {"error_after": 3},
    {"drip": 0.0001},
    {"delay_ms": 3},
    {"refuse": 0.02},
    {"raw": "no HTTP"},
    {"interim": 103},
    {"hang_up": True},
    {"crlf": True},
)
_WORDS = (
    *("the", "model", "answers", "with", "words,", "of", "many", "kinds"),
    *("你好", "世界", "🙂", '"quotes"', "{error}", "\\", "data: [DONE]\n\n"),
)
_PATIENCE_SECONDS = 20.0
_GARBAGE = (
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET / HTTP/9.9\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"POST /v1/chat/completions HTTP/1.1\r\nno colon\r\n\r\n",
    b"\r\n\r\n\r\n",
)


@dataclass(frozen=True, slots=True)
class Part:
    """One exchange of a soak: what the model says, how it misbehaves, and what its caller does."""

    text: str
    stream: bool
    mishap: Mapping[str, Any]
    conduct: str
    seed: int

    @property
    def request(self) -> bytes:
        """The request as it goes over the wire; the directive rides in the text."""
        said = orjson.dumps({"text": self.text, **self.mishap}).decode()
        return a_request(a_chat(f"[[sim:{said}]]", stream=self.stream))


@dataclass(frozen=True, slots=True)
class Heard:
    """What a caller got: answers in order, and how many complete heads it had sent."""

    answers: tuple[Answer, ...]
    heads: int


class PatientCaller(Caller):
    """A caller who waits through every deadline of the gateway, one after the other."""

    async def hear(self, size: int) -> bytes:
        """Return exactly so many bytes."""
        return await asyncio.wait_for(self.reader.readexactly(size), _PATIENCE_SECONDS)

    async def hear_until(self, end: bytes) -> bytes:
        """Return everything up to and with this."""
        return await asyncio.wait_for(self.reader.readuntil(end), _PATIENCE_SECONDS)


Conduct = Callable[[Caller, Part, random.Random], Awaitable[Heard]]


def a_part(chance: random.Random) -> Part:
    """Make up one exchange."""
    mishap = chance.choice(MISBEHAVIOURS)
    size = 8 if "drip" in mishap else chance.choice((1, 20, 300, 2000))
    text = " ".join(chance.choices(_WORDS, k=size))
    return Part(text, chance.random() < 0.6, mishap, chance.choice(tuple(CONDUCTS)), chance.randrange(2**32))


async def play(part: Part, address: tuple[str, int]) -> Heard:
    """Be the caller of this exchange."""
    conduct = CONDUCTS[part.conduct]
    limit = 4096 if conduct is _read_slowly else 2**20
    async with await _call(address, limit) as caller:
        return await conduct(caller, part, random.Random(part.seed))  # noqa: S311 - no secret


def lie_in(part: Part, answer: Answer) -> str | None:
    """Return what is wrong with an answer; to be cut short in a recognisable way is not."""
    if answer.status != 200:
        return None if answer.is_whole and answer.error["code"] else "a refusal without its error"
    return _lie_in_stream(part, answer) if part.stream else _lie_in_document(part, answer)


def _lie_in_stream(part: Part, answer: Answer) -> str | None:
    complete = answer.body[: answer.body.rfind(b"\n\n") + 2]
    answer = Answer(answer.status, answer.headers, (complete,), answer.is_whole)
    spoken = answer.spoken()
    if answer.is_whole:
        finished = any(choice["finish_reason"] for chunk in answer.chunks for choice in chunk["choices"])
        ends = bool(answer.events) and answer.events[-1] == b"data: [DONE]\n\n"
        return None if finished and ends and spoken == part.text else "a clean end of half a stream"
    if b"data: [DONE]\n\n" in answer.events:
        return "a cut stream with its [DONE]"
    return None if part.text.startswith(spoken) else "a stream that says something else"


def _lie_in_document(part: Part, answer: Answer) -> str | None:
    try:
        document = answer.document
    except orjson.JSONDecodeError:
        return "half a document with a proper end" if answer.is_whole else None
    if "error" in document:
        return "an error with status 200 and a proper end" if answer.is_whole else None
    spoken = document["choices"][0]["message"]["content"]
    return None if spoken == part.text else "a document that says something else"


async def _read_all(caller: Caller, part: Part, chance: random.Random) -> Heard:
    caller.say(part.request)
    return Heard((await (await listen(caller)).rest(),), 1)


async def _leave(caller: Caller, part: Part, chance: random.Random) -> Heard:
    caller.say(part.request)
    await asyncio.sleep(chance.choice((0.0, 0.001, 0.01, 0.1, 0.5)))
    _go(caller, chance)
    return Heard((), 1)


async def _leave_between_pieces(caller: Caller, part: Part, chance: random.Random) -> Heard:
    caller.say(part.request)
    listening = await listen(caller)
    await _some_pieces(listening, chance.randrange(6))
    _go(caller, chance)
    return Heard((), 1)


async def _leave_while_sending(caller: Caller, part: Part, chance: random.Random) -> Heard:
    head = part.request.index(b"\r\n\r\n") + 4
    size = chance.randrange(1, len(part.request))
    caller.say(part.request[:size])
    await asyncio.sleep(chance.choice((0.0, 0.01, 0.1)))
    _go(caller, chance)
    return Heard((), int(size >= head))


async def _read_slowly(caller: Caller, part: Part, chance: random.Random) -> Heard:
    caller.say(part.request)
    listening = await listen(caller)
    await asyncio.sleep(0.3)
    for _ in range(10):
        await asyncio.sleep(0.02)
        await _some_pieces(listening, 3)
    if listening.is_whole:
        return Heard(
            (Answer(listening.status, listening.headers, tuple(listening.pieces), is_whole=True),), 1
        )
    return Heard((await listening.rest(),), 1)


async def _send_ahead(caller: Caller, part: Part, chance: random.Random) -> Heard:
    caller.say(part.request + part.request)
    first = await (await listen(caller)).rest()
    try:
        return Heard((first, await (await listen(caller)).rest()), 2)
    except (EOFError, ConnectionError):
        # After a cut, or a refusal that closes, nothing more is served.
        return Heard((first,), 1)


async def _send_slowly(caller: Caller, part: Part, chance: random.Random) -> Heard:
    request, at = part.request, 0
    while at < len(request):
        size = chance.randrange(1, max(len(request) // 4, 2))
        caller.say(request[at : at + size])
        at += size
        await asyncio.sleep(0.005)
    return Heard((await (await listen(caller)).rest(),), 1)


async def _send_garbage(caller: Caller, part: Part, chance: random.Random) -> Heard:
    caller.say(chance.choice(_GARBAGE))
    if chance.random() < 0.5:
        caller.half_close()
        await caller.hear_all()
    return Heard((), 0)


async def _send_a_garbled_body(caller: Caller, part: Part, chance: random.Random) -> Heard:
    caller.say(a_request(chance.randbytes(200)))
    return Heard((await (await listen(caller)).rest(),), 1)


CONDUCTS: Mapping[str, Conduct] = {
    "reads": _read_all,
    "reads again": _read_all,
    "leaves": _leave,
    "leaves between pieces": _leave_between_pieces,
    "leaves while sending": _leave_while_sending,
    "reads slowly": _read_slowly,
    "sends ahead": _send_ahead,
    "sends slowly": _send_slowly,
    "sends garbage": _send_garbage,
    "sends a garbled body": _send_a_garbled_body,
}


def _go(caller: Caller, chance: random.Random) -> None:
    chance.choice((Caller.leave, Caller.reset, Caller.half_close))(caller)


async def _some_pieces(listening: Listening, count: int) -> None:
    try:
        while count and not listening.is_whole:
            await listening.piece()
            count -= 1
    except (EOFError, ConnectionError):
        pass


async def _call(address: tuple[str, int], limit: int) -> Caller:
    line = socket.socket()
    line.setblocking(False)
    if limit < 2**16:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, limit)
    await asyncio.get_running_loop().sock_connect(line, address)
    return PatientCaller(*await asyncio.open_connection(sock=line, limit=limit))
