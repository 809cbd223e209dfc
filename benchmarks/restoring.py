"""What hiding and restoring cost, measured in this process: no server, no socket."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import orjson

from benchmarks.measures import Finding, Row, Scale
from benchmarks.stage import Stage
from gateway.foundation.clock import SystemClock
from gateway.policy.profiles import ENTITIES
from gateway.redaction.circumstances import Circumstances
from gateway.redaction.profile import Profile, compile_profile
from gateway.redaction.redactor import Redactor, Sealing
from gateway.redaction.rules import ProfileDocument
from gateway.redaction.scanner import Wanted
from gateway.redaction.scanners import scanner_for
from gateway.vocabulary.protection import Protection
from gateway.vocabulary.residency import Clearance
from gateway.wire.chat import ChatRequest, parse_chat
from gateway.wire.frames import Frame, FrameKind

WITHOUT_GOAL, WITH_GOAL = 1.0, 5.0
_MICROS = 1e6
_WORDS = (
    " The",
    " customer",
    " asked",
    " about",
    " the",
    " Order",
    " and",
    " we",
    " answer",
    ".",
    "您好",
    "\n",
)
_TEXT = "您好，我的订单还没有到。The order was placed last week and is late. " * 15
_NUMBER, _ADDRESS = "13812345678", "wang.fang@corp.cn"
_TURNS = 20


def measure_restoring(stage: Stage, scale: Scale) -> Finding:  # noqa: ARG001 - no server takes part
    """Price a delta with and without placeholders on its way back, and the turns of a conversation."""
    return asyncio.run(_measured(scale))


@dataclass(frozen=True, slots=True)
class _Prices:
    without: float
    dense: float
    first_turn: float
    next_turn: float


async def _measured(scale: Scale) -> Finding:
    profile = compile_profile(ProfileDocument(profile="bench"), scanner_for(Wanted()), ENTITIES)
    redactor = Redactor(lambda _owner, _purpose: _KEY, SystemClock())
    asked = _chat([f"Call {_NUMBER} or write to {_ADDRESS}."])
    words = (await _seal(redactor, profile, asked)).sealed.request.body["messages"][0]["content"]
    repeats = max(1, scale.requests // 100)
    prices = _Prices(
        without=await _price_of_deltas(redactor, profile, asked, _WORDS, repeats),
        dense=await _price_of_deltas(redactor, profile, asked, _in_pieces(words), repeats),
        first_turn=await _price_of_a_turn(redactor, profile, is_known=False),
        next_turn=await _price_of_a_turn(redactor, profile, is_known=True),
    )
    rows = [
        Row("restoring", "each delta without a placeholder", prices.without, "us", WITHOUT_GOAL),
        Row("restoring", "each delta of placeholders alone", prices.dense, "us", WITH_GOAL),
        Row("restoring", f"sealing {_TURNS} new messages of 1 KB", prices.first_turn, "us"),
        Row("restoring", f"sealing one new message after {_TURNS} known ones", prices.next_turn, "us"),
        Row("restoring", "the known ones' share of it", prices.next_turn / prices.first_turn, "x", 0.25),
    ]
    return Finding(rows, asdict(prices))


class _NoLog:
    def protected(self, protection: Protection) -> None:
        """Forget it."""


_KEY = b"k" * 32


async def _seal(redactor: Redactor, profile: Profile, request: ChatRequest) -> Sealing:
    return await redactor.seal(
        request, Circumstances("bench", "bench", profile, Clearance.EXTERNAL), _NoLog()
    )


def _chat(contents: Sequence[str]) -> ChatRequest:
    messages = [{"role": "user", "content": content} for content in contents]
    return parse_chat(orjson.dumps({"model": "bench", "messages": messages}))


def _in_pieces(text: str) -> list[str]:
    return [text[start : start + 4] for start in range(0, len(text), 4)]


def _frames(pieces: Sequence[str]) -> list[Frame]:
    head = {"id": "b9c5", "object": "chat.completion.chunk", "created": 1, "model": "bench"}
    return [
        Frame(
            FrameKind.DELTA,
            b"data: "
            + orjson.dumps(
                {**head, "choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]}
            )
            + b"\n\n",
        )
        for piece in pieces
    ]


async def _price_of_deltas(
    redactor: Redactor, profile: Profile, asked: ChatRequest, pieces: Sequence[str], repeats: int
) -> float:
    frames = _frames(pieces) * 10
    stage = (await _seal(redactor, profile, asked)).unsealer
    assert stage is not None  # noqa: S101 - the question holds private data

    def pass_all() -> None:
        for frame in frames:
            stage.feed(frame)

    return _best(pass_all, repeats) / len(frames)


async def _price_of_a_turn(redactor: Redactor, profile: Profile, *, is_known: bool) -> float:
    best = float("inf")
    for attempt in range(10):
        label = f"{is_known} {attempt} "
        known = [f"{label}{number}: {_TEXT}" for number in range(_TURNS)]
        if is_known:
            await _seal(redactor, profile, _chat(known))
            request = _chat([*known, f"{label}new: {_TEXT}"])
        else:
            request = _chat(known)
        began = time.perf_counter()
        await _seal(redactor, profile, request)
        best = min(best, time.perf_counter() - began)
    return best * _MICROS


def _best(act: Callable[[], None], repeats: int) -> float:
    best = float("inf")
    for _ in range(repeats):
        began = time.perf_counter()
        act()
        best = min(best, time.perf_counter() - began)
    return best * _MICROS
