"""A thought that a caller lost goes the way that it would go had they sent it, and is nobody's hindrance."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from gateway.cache.memory_store import MemoryStore
from gateway.cache.purge import NoOrders
from gateway.cache.strongbox import Strongbox
from gateway.cache.thoughts import ThoughtKeeper, Thoughts
from gateway.foundation.clock import FakeClock
from gateway.pipeline.exchange_log import ExchangeLog
from gateway.pipeline.thoughts import sealed_with, stages_of, thoughts_of
from gateway.redaction.circumstances import Circumstances
from gateway.redaction.profile import Profile
from gateway.redaction.redactor import ProtectionLog, Redactor, Sealing
from gateway.usage.meter import Meter
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.residency import Clearance
from gateway.wire.chat import ChatRequest, parse_chat
from gateway.wire.frames import Frame, FrameKind
from tests.fakes.builders import a_caller, an_arrival
from tests.fakes.fixed_keys import FixedKeys
from tests.fakes.keys import a_key
from tests.fakes.sealing import EMAIL, MOBILE, a_profile
from tests.fakes.small_house import a_book

_TOOLS = [{"type": "function", "function": {"name": "f"}}]
_TURN: dict[str, Any] = {"role": "assistant", "content": None, "tool_calls": [{"id": "call_1"}]}
_QUESTION = f"Ask {EMAIL}."


class CountingRedactor(Redactor):
    """A redactor that counts what it seals."""

    def __init__(self) -> None:
        super().__init__(a_key, FakeClock())
        self.sealed = 0

    async def seal(self, request: ChatRequest, around: Circumstances, log: ProtectionLog) -> Sealing:
        """Count, and seal."""
        self.sealed += 1
        return await super().seal(request, around, log)


class Desk:
    """What a pipeline has around it, for a caller of one model whose thoughts are remembered."""

    def __init__(self, profile: Profile | None = None, **terms: Any) -> None:
        clock = FakeClock()
        self.keeper = ThoughtKeeper(
            MemoryStore(clock, 1_000_000), Strongbox(FixedKeys()), clock, orders=NoOrders()
        )
        book = a_book(**({"thought_seconds": 60, "redaction": profile} | terms))
        self.terms = book.terms(a_caller(), "deepseek-chat")
        self.redactor = CountingRedactor()
        self.log = ExchangeLog(an_arrival(), clock)

    def thoughts(self, caller: Caller | None = None, control: bytes = b"", **fields: Any) -> Thoughts | None:
        """What is remembered for a request like this."""
        headers = {b"cache-control": control} if control else {}
        request = a_turn(**fields)
        return thoughts_of(
            self.keeper, an_arrival(headers=headers), caller or a_caller(), self.terms, request
        )

    async def heard(self, thought: str) -> None:
        """Let the model have thought this in its first turn, in the words that it was sent."""
        thoughts = self.thoughts()
        assert thoughts is not None
        _, sealing = await self.seal({"messages": [{"role": "user", "content": _QUESTION}]}, thoughts)
        (sent,) = sealing.sealed.request.body["messages"]
        thought = thought.replace(_QUESTION, sent["content"])
        message = {"reasoning_content": thought, "tool_calls": [{"id": "call_1"}]}
        answer = Frame(FrameKind.WHOLE, orjson.dumps({"choices": [{"message": message}]}))
        thoughts.listening({"messages": [sent]}).feed(answer)

    async def seal(
        self, changes: Any = None, thoughts: Thoughts | None = None
    ) -> tuple[ChatRequest, Sealing]:
        """Seal a request of the second turn."""
        return await sealed_with(
            thoughts or self.thoughts(), self.redactor, a_turn(**(changes or {})), self.terms, self.log
        )


def a_turn(**fields: Any) -> ChatRequest:
    """A conversation whose client lost what was thought."""
    said = {
        "model": "deepseek-chat",
        "messages": [{"role": "user", "content": _QUESTION}, _TURN, {"role": "tool", "content": "Yes."}],
        "tools": _TOOLS,
    }
    return parse_chat(orjson.dumps(said | fields))


def _thought_in(request: ChatRequest) -> Any:
    return request.body["messages"][1].get("reasoning_content")


@pytest.mark.parametrize(
    "fields",
    [
        {"tools": None},
        {"tools": []},
        {"thinking": {"type": "disabled"}},
        {"control": b"no-store"},
        {"caller": replace(a_caller(), cache=b'{"enabled":false}')},
    ],
)
def test_nothing_is_remembered_where_nothing_is_wanted(fields: dict[str, Any]) -> None:
    """
    Without tools, without thinking, for a caller or a key that want nothing kept.
    """
    assert Desk().thoughts(**fields) is None


def test_nothing_is_remembered_where_policy_keeps_nothing() -> None:
    """
    As it is until a plan says otherwise.
    """
    assert Desk(thought_seconds=0).thoughts() is None
    assert Desk().thoughts() is not None


@pytest.mark.parametrize("profile", [None, a_profile()])
async def test_a_lost_thought_comes_back_in_the_words_that_the_model_had_said(
    profile: Profile | None,
) -> None:
    """
    With a profile they stand for the caller's own values, which the request says in their place.
    """
    desk = Desk(profile)
    await desk.heard(f"I think: {_QUESTION}")

    whole, sealing = await desk.seal()

    (first, *_) = sealing.sealed.request.body["messages"]
    assert f"I think: {_QUESTION}" == _thought_in(whole)
    assert f"I think: {first['content']}" == _thought_in(sealing.sealed.request)
    assert (profile is None) == (EMAIL in first["content"])


async def test_a_thought_whose_words_are_known_no_more_is_not_given_back() -> None:
    """
    The caller would be shown a word in place of their value.
    """
    desk = Desk(a_profile())
    await desk.heard("I think: EMAIL_22223333")

    whole, _ = await desk.seal()

    assert _thought_in(whole) is None


@pytest.mark.parametrize(
    "profile",
    [
        a_profile(entities={"PHONE": {"action": "block"}}),
        a_profile(entities={"PHONE": {"action": "route_local"}}),
        a_profile(bounds={"characters": 1024}),
    ],
)
async def test_a_thought_is_never_why_a_request_is_refused_or_goes_elsewhere(profile: Profile) -> None:
    """
    What the model made up is not the caller's fault, and would be a riddle to them.
    """
    desk = Desk(profile)
    await desk.heard(f"Perhaps {MOBILE}?" + "x" * 1000)
    plain, _ = await Desk(profile).seal()
    expected = desk.log.protection

    whole, sealing = await desk.seal()

    assert 3 == desk.redactor.sealed, "it was tried"
    assert (plain.body, Clearance.EXTERNAL) == (whole.body, sealing.sealed.clearance)
    assert expected == desk.log.protection


@pytest.mark.parametrize("thoughts", [False, True])
async def test_who_lost_nothing_is_sealed_once(thoughts: bool) -> None:  # noqa: FBT001
    """
    With or without anything to remember.
    """
    desk = Desk(a_profile(), thought_seconds=60 if thoughts else 0)

    whole, _ = await desk.seal()

    assert (1, None) == (desk.redactor.sealed, _thought_in(whole))


async def test_a_thought_is_heard_while_it_is_sealed() -> None:
    """
    Behind the meter, and before the caller's values are put back.
    """
    desk = Desk(a_profile())
    _, sealing = await desk.seal()
    meter = Meter()
    assert (meter, sealing.unsealer) == stages_of(meter, None, sealing)
    thoughts = desk.thoughts()

    (first, listening, last) = stages_of(meter, thoughts, sealing)

    assert (meter, sealing.unsealer) == (first, last)
    sent = sealing.sealed.request.body["messages"][0]["content"]
    message = {"reasoning_content": f"Hm, {sent}", "tool_calls": [{"id": "call_1"}]}
    listening.feed(Frame(FrameKind.WHOLE, orjson.dumps({"choices": [{"message": message}]})))
    assert thoughts is not None
    assert {1: f"Hm, {sent}"} == await thoughts.recall(sealing.sealed.request.body)
