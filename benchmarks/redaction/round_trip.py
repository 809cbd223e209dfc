"""Whether an answer that repeats a text reads like it: sealed, echoed, restored."""

import asyncio
from collections.abc import Iterator
from itertools import pairwise
from random import Random

import orjson

from gateway.foundation.clock import SystemClock
from gateway.policy.profiles import ENTITIES
from gateway.redaction.circumstances import Circumstances
from gateway.redaction.engines.choice import EngineName
from gateway.redaction.profile import compile_profile
from gateway.redaction.redactor import Redactor
from gateway.redaction.rules import EntityRules, ProfileDocument
from gateway.redaction.scanner import Wanted
from gateway.redaction.scanners import scanner_for
from gateway.redaction.secret_kinds import is_secret
from gateway.vocabulary.protection import Protection
from gateway.vocabulary.residency import Clearance
from gateway.wire.chat import parse_chat
from gateway.wire.frames import DONE, Frame, FrameKind, Stage
from gateway.wire.lanes import choices_in, said_in
from gateway.wire.sse import data_of

_KEY = b"k" * 32
_LONGEST_DELTA = 12


class RoundTrips:
    """
    Send texts on the way out and back.

    Secrets, which never come back, are left where they are: what is asked is
    whether everything else does.
    """

    def __init__(self, engine: EngineName = "auto") -> None:
        left = {kind: EntityRules(action="log_only") for kind in ENTITIES if is_secret(kind)}
        document = ProfileDocument(profile="trips", entities=left)
        self._profile = compile_profile(document, scanner_for(Wanted(engine=engine)), ENTITIES)
        self._redactor = Redactor(lambda _owner, _purpose: _KEY, SystemClock())

    def is_restored(self, text: str) -> bool:
        """Return whether a text comes back letter for letter: whole, sign by sign, and in random pieces."""
        return asyncio.run(self._is_restored(text))

    async def _is_restored(self, text: str) -> bool:
        request = parse_chat(orjson.dumps({"model": "any", "messages": [{"role": "user", "content": text}]}))
        around = Circumstances("trip", "trip", self._profile, Clearance.EXTERNAL)
        sealing = await self._redactor.seal(request, around, _NoLog())
        sent: str = sealing.sealed.request.body["messages"][0]["content"]
        if sealing.unsealer is None:
            return sent == text
        return all(_heard(sealing.unsealer, frames) == text for frames in _answers(sent))


def _answers(said: str) -> Iterator[list[Frame]]:
    """Yield answers that say this: whole, and cut in two ways."""
    whole = {"choices": [{"index": 0, "message": {"role": "assistant", "content": said}}]}
    yield [Frame(FrameKind.WHOLE, orjson.dumps(whole))]
    yield _stream(list(said))
    random, edges = Random(said), [0]
    while edges[-1] < len(said):
        edges.append(edges[-1] + random.randint(1, _LONGEST_DELTA))
    yield _stream([said[start:end] for start, end in pairwise(edges)])


def _stream(pieces: list[str]) -> list[Frame]:
    chunks = ({"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces)
    return [*(Frame(FrameKind.DELTA, b"data: " + orjson.dumps(chunk) + b"\n\n") for chunk in chunks), DONE]


def _heard(stage: Stage, frames: list[Frame]) -> str:
    passed: list[Frame] = []
    for frame in frames:
        if frame.kind is not FrameKind.DELTA:
            passed.extend(stage.finish())
        passed.extend(stage.feed(frame))
    documents = [
        orjson.loads(frame.raw if frame.kind is FrameKind.WHOLE else data_of(frame.raw))
        for frame in passed
        if frame.kind is not FrameKind.DONE
    ]
    return "".join(
        holder[lane.field]
        for document in documents
        for choice in choices_in(document)
        for lane, holder in said_in(choice)
    )


class _NoLog:
    def protected(self, protection: Protection) -> None:
        """Forget it."""
