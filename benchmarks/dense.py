"""How long texts of nothing but private values keep others waiting, in this process: the longest turns."""

import gc
import time
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import orjson

from benchmarks.measures import Finding, Row, Scale
from benchmarks.stage import Stage
from gateway.app import GC_THRESHOLDS
from gateway.foundation.clock import SystemClock
from gateway.policy.profiles import ENTITIES
from gateway.redaction.circumstances import Circumstances
from gateway.redaction.profile import Profile, compile_profile
from gateway.redaction.redactor import Redactor, Sealing
from gateway.redaction.rules import AnswerAction, ProfileDocument
from gateway.redaction.scanner import Wanted
from gateway.redaction.scanners import scanner_for
from gateway.vocabulary.protection import Protection
from gateway.vocabulary.residency import Clearance
from gateway.wire.chat import ChatRequest, parse_chat
from gateway.wire.frames import Frame, FrameKind

T = TypeVar("T")

LONGEST_TURN_GOAL = 5.0
_MILLIS = 1e3
_VALUES = 9_000
_TRIES = 3
_ANSWER = 100_000
_KEY = b"k" * 32
NUMBERS = [f"138{number:08}" for number in range(_VALUES)]
DENSE: dict[str, Sequence[str]] = {
    "9,000 numbers in one text": ["，".join(NUMBERS)],
    "9,000 numbers in as many messages": NUMBERS,
    "9,000 addresses in one text": ["\n".join(f"anna.b{number}@corp.cn" for number in range(_VALUES))],
    "3,000 records in one text": [
        "；".join(f"客户张伟{number}，卡号{6222020000000000000 + number * 7919}" for number in range(3_000))
    ],
}


def measure_dense(stage: Stage, scale: Scale) -> Finding:  # noqa: ARG001 - no server takes part
    """Find the longest turns of sealing requests of nothing but private values, and of the last looks."""
    profile = compile_profile(_document(), scanner_for(Wanted()), ENTITIES)
    rows = []
    with _collecting_as_the_gateway_does():
        for name, contents in DENSE.items():
            request = _chat(contents)
            tries = [_turns(profile, request) for _ in range(_TRIES)]
            rows += [
                Row("dense", f"longest turn, sealing {name}", min(tries)[0], "ms", LONGEST_TURN_GOAL),
                Row(
                    "dense",
                    f"longest turn, last look at {name}",
                    min(last for _, last in tries),
                    "ms",
                    LONGEST_TURN_GOAL,
                ),
            ]
        rows += _answers()
    return Finding(rows)


def _answers() -> list[Row]:
    """Price a whole answer of numbers: one that is screened for them, and one in which they come back."""
    text = "，".join(NUMBERS)[:_ANSWER]
    screening = compile_profile(_document(answers="mask"), scanner_for(Wanted()), ENTITIES)
    screened = [_answered(screening, ["hello"], text) for _ in range(_TRIES)]
    restoring = compile_profile(_document(), scanner_for(Wanted()), ENTITIES)
    restored = [_answered(restoring, [text], None) for _ in range(_TRIES)]
    return [
        Row("dense", "longest turn, screening 100,000 characters", min(screened)[0], "ms", LONGEST_TURN_GOAL),
        Row("dense", "screening 100,000 characters", min(total for _, total in screened), "ms"),
        Row("dense", "longest turn, restoring them", min(restored)[0], "ms", LONGEST_TURN_GOAL),
        Row("dense", "restoring them", min(total for _, total in restored), "ms"),
    ]


@contextmanager
def _collecting_as_the_gateway_does() -> Iterator[None]:
    """Leave what lives for ever out of the collections that fall into a turn."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def longest_turn(work: Coroutine[Any, Any, T]) -> tuple[T, float]:
    """Drive what only ever gives its turn away; return its result, and its longest turn in milliseconds."""
    longest = 0.0
    while True:
        began = time.thread_time()
        try:
            work.send(None)
        except StopIteration as end:
            return end.value, max(longest, time.thread_time() - began) * _MILLIS
        longest = max(longest, time.thread_time() - began)


def _turns(profile: Profile, request: ChatRequest) -> tuple[float, float]:
    redactor = Redactor(lambda _owner, _purpose: _KEY, SystemClock())
    around = Circumstances("dense", "dense", profile, Clearance.EXTERNAL)
    sealing, sealed_in = longest_turn(redactor.seal(request, around, _NoLog()))
    return sealed_in, longest_turn(_last_look(sealing))[1]


def _answered(profile: Profile, asked: Sequence[str], said: str | None) -> tuple[float, float]:
    """Return the longest turn and the milliseconds of a whole answer; without a text, of what was sent."""
    redactor = Redactor(lambda _owner, _purpose: _KEY, SystemClock())
    around = Circumstances("dense", "dense", profile, Clearance.EXTERNAL)
    sealing, _ = longest_turn(redactor.seal(_chat(asked), around, _NoLog()))
    stage = sealing.unsealer
    assert stage is not None  # noqa: S101 - there is something to screen, or to restore
    content = said or sealing.sealed.request.body["messages"][0]["content"]
    answer = {"choices": [{"index": 0, "message": {"role": "assistant", "content": content}}]}
    began = time.thread_time()
    _, longest = longest_turn(stage.feed_slowly(Frame(FrameKind.WHOLE, orjson.dumps(answer))))
    return longest, (time.thread_time() - began) * _MILLIS


async def _last_look(sealing: Sealing) -> None:
    inspect = sealing.sealed.inspect
    assert inspect is not None  # noqa: S101 - a profile was given
    await inspect(orjson.dumps(sealing.sealed.request.body))


def _document(answers: AnswerAction = "allow") -> ProfileDocument:
    return ProfileDocument(profile="dense", answers=answers)


def _chat(contents: Sequence[str]) -> ChatRequest:
    messages = [{"role": "user", "content": content} for content in contents]
    return parse_chat(orjson.dumps({"model": "dense", "messages": messages}))


class _NoLog:
    def protected(self, protection: Protection) -> None:
        """Forget it."""
