"""Redactors, profiles and what they make of a request."""

from collections.abc import Mapping
from typing import Any

import msgspec
import orjson

from gateway.foundation.clock import Clock, FakeClock
from gateway.policy.profiles import ENTITIES
from gateway.redaction.circumstances import Circumstances
from gateway.redaction.failures import DetectorFailed
from gateway.redaction.finder import Finder, Search
from gateway.redaction.profile import Profile, compile_profile
from gateway.redaction.redactor import Redactor, Sealing
from gateway.redaction.rules import ProfileDocument
from gateway.redaction.scanner import Wanted
from gateway.redaction.scanners import scanner_for
from gateway.redaction.spans import Span
from gateway.vocabulary.protection import Protection
from gateway.vocabulary.residency import Clearance
from gateway.wire.chat import ChatRequest, parse_chat
from gateway.wire.frames import Frame, FrameKind
from tests.fakes.keys import a_key

RESIDENT_ID = "11010519491231002X"
MOBILE = "13812345678"
CARD = "6222021234567890128"
EMAIL = "wang.fang@corp.cn"
SECRET = "sk-1234567890abcdef1234567890abcdef"


def a_profile(finder: Finder | None = None, **fields: Any) -> Profile:
    """A profile named `mine`: placeholders for everything, unless said otherwise."""
    document = msgspec.convert({"profile": "mine", **fields}, ProfileDocument)
    return compile_profile(document, finder or scanner_for(Wanted()), ENTITIES)


class Sealer:
    """A redactor, and the facts that it noted last."""

    def __init__(
        self, profile: Profile | None = None, clock: Clock | None = None, tenant: str = "acme"
    ) -> None:
        self.redactor = Redactor(a_key, clock or FakeClock())
        self.profile = profile or a_profile()
        self.tenant = tenant
        self.facts: Protection | None = None

    def protected(self, protection: Protection) -> None:
        """Keep the facts."""
        self.facts = protection

    async def seal(self, request: ChatRequest, **around: Any) -> Sealing:
        """Seal a request of the tenant."""
        fields: dict[str, Any] = {
            "request_id": "req_1",
            "tenant": self.tenant,
            "profile": self.profile,
            "clearance": Clearance.EXTERNAL,
        }
        return await self.redactor.seal(request, Circumstances(**(fields | around)), self)

    async def said(self, *contents: str, **around: Any) -> tuple[list[str], Sealing]:
        """Seal a conversation of these user messages; return what is sent of them, and the sealing."""
        sealing = await self.seal(
            a_conversation(*[{"role": "user", "content": text} for text in contents]), **around
        )
        return [message["content"] for message in sealing.sealed.request.body["messages"]], sealing


def a_conversation(*messages: Mapping[str, Any], **fields: Any) -> ChatRequest:
    """A chat request with these messages."""
    return parse_chat(orjson.dumps({"model": "deepseek-chat", "messages": list(messages), **fields}))


def restored(sealing: Sealing, text: str) -> str:
    """What a caller reads where a model said this."""
    if sealing.unsealer is None:
        return text
    answer = {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]}
    (frame,) = sealing.unsealer.feed(Frame(FrameKind.WHOLE, orjson.dumps(answer)))
    said: str = orjson.loads(frame.raw)["choices"][0]["message"]["content"]
    return said


class WordFinder:
    """A finder of given words, which counts what it is asked."""

    def __init__(self, words: Mapping[str, str], *, fails: bool = False) -> None:
        self.words = words
        self.asked: list[str] = []
        self.fails = fails

    def begin(self, text: str) -> Search:
        """Find the words at once."""
        self.asked.append(text)
        if self.fails:
            raise DetectorFailed("broken")
        return _Found(self._spans(text))

    def scan(self, text: str) -> tuple[Span, ...]:
        """Find the words."""
        return self._spans(text)

    def residue(self, text: str) -> Search:
        """Find the words at once."""
        return self.begin(text)

    def _spans(self, text: str) -> tuple[Span, ...]:
        spans = [
            Span(place, place + len(word), entity, word, 0.9)
            for word, entity in self.words.items()
            for place in range(len(text))
            if text.startswith(word, place)
        ]
        return tuple(sorted(spans, key=lambda span: span.start))


class _Found:
    def __init__(self, spans: tuple[Span, ...]) -> None:
        self.tried = 1
        self.spans = spans

    def advance(self) -> bool:
        """There is no more to do."""
        return False
