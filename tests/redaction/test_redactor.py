"""Sealing: what leaves, how far, what comes back, and what is written down of it."""

import asyncio
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.foundation.clock import FakeClock
from gateway.redaction.action import Action
from gateway.redaction.profile import Handling
from gateway.redaction.redactor import Redactor
from gateway.redaction.refusals import (
    PrivateDataBlocked,
    PrivateDataLeft,
    RedactionFailed,
    RequestTooLargeToRedact,
    UnreadableBlocked,
)
from gateway.vocabulary.residency import Clearance
from gateway.wire.chat import parse_chat
from gateway.wire.frames import Frame, FrameKind
from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.sse import data_of
from tests.fakes.builders import a_chat_request
from tests.fakes.keys import a_key
from tests.fakes.sealing import (
    CARD,
    EMAIL,
    MOBILE,
    RESIDENT_ID,
    SECRET,
    Sealer,
    WordFinder,
    a_conversation,
    a_profile,
    restored,
)

ORIGINALS = (RESIDENT_ID, MOBILE, CARD, EMAIL)
INTRODUCTION = f"身份证{RESIDENT_ID}，手机{MOBILE}，卡号{CARD}，邮箱{EMAIL}"
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


@pytest.mark.parametrize("clearance", Clearance)
async def test_without_a_profile_a_request_is_sealed_as_it_is(clearance: Clearance) -> None:
    """
    Nothing is taken out, and the ceiling is neither raised nor lowered.
    """
    request = a_chat_request(content=INTRODUCTION)

    sealing = await Sealer().seal(request, profile=None, clearance=clearance)

    assert request is sealing.sealed.request
    assert (clearance, None) == (sealing.sealed.clearance, sealing.unsealer)


async def test_no_original_leaves_and_all_come_back() -> None:
    """
    An answer that repeats what was sent reads like what was asked.
    """
    sealer = Sealer()
    (sent,), sealing = await sealer.said(INTRODUCTION)

    assert not any(original in sent for original in ORIGINALS)
    assert INTRODUCTION == restored(sealing, sent)
    assert sealer.facts is not None
    assert {"CN_RESIDENT_ID", "PHONE", "PAYMENT_CARD", "EMAIL"} == {
        kind for kind, _, _ in sealer.facts.counts
    }


@pytest.mark.parametrize(
    ("text", "usual"),
    [
        ("https://x.cn/?name=%E6%AC%A7%E9%98%B3%E6%98%8E%E6%85%A7 客户欧阳明慧", "欧阳明慧"),
        ('{"name": "\\u6b27\\u9633\\u660e\\u6167"} 客户欧阳明慧', "欧阳明慧"),
        ("邮箱 ＬＩ．ＳＩ＠ｃｏｒｐ．ｃｎ 和 li.si@corp.cn", "li.si@corp.cn"),
    ],
)
async def test_what_comes_back_is_written_as_people_write(text: str, usual: str) -> None:
    """
    Also where the same text holds it in another writing, and that first.
    """
    (sent,), sealing = await Sealer().said(text)
    token = sent.split()[-1].removeprefix("客户")

    assert 2 == sent.count(token)
    assert usual == restored(sealing, token)


@pytest.mark.parametrize("kind", ["json_object", "json_schema"])
async def test_an_answer_in_json_stays_json(kind: str) -> None:
    """
    A value over two lines comes back escaped, whole and sign by sign; in prose it comes back as it is.
    """
    card = "6222 0212 3456\n7890 128"
    sealing = await Sealer().seal(
        a_conversation({"role": "user", "content": f"卡号 {card}"}, response_format={"type": kind})
    )
    token = sealing.sealed.request.body["messages"][0]["content"].removeprefix("卡号 ")
    assert sealing.unsealer is not None

    whole = restored(sealing, f'{{"card": "{token}"}}')
    (prose,), other = await Sealer().said(f"卡号 {card}")
    events = [
        orjson.dumps({"choices": [{"index": 0, "delta": {"content": sign}}]})
        for sign in f'{{"card": "{token}"}}'
    ]
    frames = [
        frame
        for event in events
        for frame in sealing.unsealer.feed(Frame(FrameKind.DELTA, b"data: " + event + b"\n\n"))
    ]
    streamed = "".join(orjson.loads(data_of(frame.raw))["choices"][0]["delta"]["content"] for frame in frames)

    assert [{"card": card}] * 2 == [orjson.loads(whole), orjson.loads(streamed)]
    assert f"卡号 {card}" == restored(other, prose)


async def test_a_harmless_request_is_the_very_same() -> None:
    """
    Its body is not copied, and its answer passes untouched.
    """
    request = a_chat_request(content="What is a gateway?")

    sealing = await Sealer().seal(request)

    assert request is sealing.sealed.request
    assert sealing.unsealer is None


async def test_the_next_turn_has_the_same_bytes_before_it() -> None:
    """
    Also where the caller sends back an answer that was restored: the model sees what it had said itself.
    """
    sealer = Sealer()
    question: dict[str, Any] = {"role": "user", "content": INTRODUCTION}
    first = await sealer.seal(a_conversation(question))
    model_said = f"Noted: {first.sealed.request.body['messages'][0]['content']}"
    answer = {"role": "assistant", "content": restored(first, model_said)}

    second = await sealer.seal(a_conversation(question, answer, {"role": "user", "content": "thanks"}))

    before = orjson.dumps(first.sealed.request.body["messages"])
    after = orjson.dumps(second.sealed.request.body["messages"])
    assert after.startswith(before[:-1])
    assert model_said == second.sealed.request.body["messages"][1]["content"]


async def test_only_what_this_request_minted_comes_back() -> None:
    """
    A token of another request, of another tenant or made up stays a token.
    """
    sealer = Sealer()
    (token,), _ = await sealer.said(MOBILE)

    _, other = await sealer.said(EMAIL)

    assert f"{token} PHONE_22222222" == restored(other, f"{token} PHONE_22222222")


async def test_a_look_alike_passes_both_ways() -> None:
    """
    What a user typed is sent and answered as it is.
    """
    (sent,), sealing = await Sealer().said(f"PHONE_22222222 is no number, {MOBILE} is.")

    assert sent.startswith("PHONE_22222222 is no number, PHONE_")
    assert "PHONE_22222222" == restored(sealing, "PHONE_22222222")


async def test_tenants_have_other_words_for_the_same_value() -> None:
    """
    And so has a tenant whose key was destroyed.
    """
    keys = {"acme": b"a" * 32, "bolt": b"b" * 32}
    sealer = Sealer()
    sealer.redactor = Redactor(lambda owner, _: keys[owner], FakeClock())
    (first,), _ = await sealer.said(MOBILE)
    (same,), _ = await sealer.said(MOBILE)
    (bolts,), _ = await sealer.said(MOBILE, tenant="bolt")

    keys["acme"] = b"n" * 32

    assert first == same
    assert 3 == len({first, bolts, (await sealer.said(MOBILE))[0][0]})


@pytest.mark.parametrize(
    ("scope", "epoch", "same_conversation", "same_request"),
    [
        ("tenant", "never", True, True),
        ("tenant", "daily", False, True),
        ("conversation", "never", True, False),
        ("request", "never", False, False),
    ],
)
async def test_how_long_a_value_keeps_its_word(
    scope: str, epoch: str, *, same_conversation: bool, same_request: bool
) -> None:
    """
    For the request, its conversation, or all of the tenant, until the epoch ends.
    """
    clock = FakeClock()
    sealer = Sealer(a_profile(placeholders={"scope": scope, "epoch": epoch}), clock)
    (opening, word), _ = await sealer.said("Hello", MOBILE)
    (_, elsewhere), _ = await sealer.said("Good morning", MOBILE, request_id="req_2")

    clock.advance(86_400)
    (_, later, _), _ = await sealer.said(opening, MOBILE, "And now?", request_id="req_3")

    assert same_conversation is (word == later)
    assert same_request is (word == elsewhere)


@pytest.mark.parametrize(
    ("role", "restore", "expected"),
    [
        ("user", ["user"], True),
        ("system", ["user", "tool"], False),
        ("system", ["system"], True),
        ("tool", ["user"], False),
        ("developer", ["system"], True),
        ("assistant", ["user"], False),
    ],
)
async def test_whose_values_come_back_is_the_profiles_say(
    role: str, restore: list[str], *, expected: bool
) -> None:
    """
    A value that only the system prompt holds does not have to reach a user.
    """
    sealer = Sealer(a_profile(placeholders={"restore": restore}))
    sealing = await sealer.seal(
        a_conversation({"role": role, "content": MOBILE}, {"role": "user", "content": "Who?"})
    )
    token = sealing.sealed.request.body["messages"][0]["content"]

    assert token != MOBILE
    assert (MOBILE if expected else token) == restored(sealing, token)


async def test_what_a_user_said_too_comes_back() -> None:
    """
    Wherever else it stands.
    """
    sealer = Sealer(a_profile(placeholders={"restore": ["user"]}))
    sealing = await sealer.seal(
        a_conversation({"role": "system", "content": MOBILE}, {"role": "user", "content": MOBILE})
    )

    assert MOBILE == restored(sealing, sealing.sealed.request.body["messages"][1]["content"])


async def test_everything_beside_the_messages_is_looked_through_too() -> None:
    """
    Tools, their arguments, stop words and metadata: keys, values and numbers.
    """
    call = {
        "id": "c",
        "type": "function",
        "function": {"name": "f", "arguments": f'{{"{MOBILE}": {MOBILE}}}'},
    }
    tool = {
        "type": "function",
        "function": {"name": "f", "description": f"ask {EMAIL}", "parameters": {"enum": [CARD]}},
    }
    request = a_conversation(
        {"role": "assistant", "content": None, "tool_calls": [call]},
        tools=[tool],
        stop=[EMAIL],
        metadata={EMAIL: [RESIDENT_ID]},
    )

    sent = orjson.dumps((await Sealer().seal(request)).sealed.request.body).decode()

    assert not any(original in sent for original in ORIGINALS)
    assert 2 == len(orjson.loads(sent)["messages"][0]["tool_calls"][0]["function"]["arguments"].split(": "))


async def test_a_block_refuses_and_tells_the_kind() -> None:
    """
    With the place, never with the value; and it is written down.
    """
    sealer = Sealer(a_profile(entities={"CN_RESIDENT_ID": {"action": "block"}}))

    with pytest.raises(PrivateDataBlocked) as blocked:
        await sealer.said("hello", INTRODUCTION)

    assert ("messages[1].content", 403) == (blocked.value.param, blocked.value.status)
    assert RESIDENT_ID not in blocked.value.message
    assert sealer.facts is not None
    assert ("CN_RESIDENT_ID",) == sealer.facts.blocked


async def test_route_local_keeps_the_request_at_home() -> None:
    """
    The value itself is left; the other ones are hidden as ever.
    """
    sealer = Sealer(a_profile(entities={"CN_RESIDENT_ID": {"action": "route_local"}}))

    (sent,), sealing = await sealer.said(INTRODUCTION)

    assert Clearance.ON_PREMISES is sealing.sealed.clearance
    assert RESIDENT_ID in sent
    assert MOBILE not in sent
    assert sealer.facts is not None
    assert Clearance.ON_PREMISES is sealer.facts.clearance


@pytest.mark.parametrize("around", [{"at_home": True}, {"clearance": Clearance.ON_PREMISES}])
async def test_home_may_see_originals_but_no_secrets(around: dict[str, Any]) -> None:
    """
    Where the profile says so, and no upstream outside could get it.
    """
    profile = a_profile(at_home="original")
    (sent,), _ = await Sealer(profile).said(f"{MOBILE} {SECRET}", **around)
    (outside,), _ = await Sealer(profile).said(f"{MOBILE} {SECRET}")

    assert f"{MOBILE} [SECRET_API_KEY]" == sent
    assert MOBILE not in outside


async def test_what_was_clean_for_home_is_not_clean_for_the_world() -> None:
    """
    The last look does not remember the one for the other.
    """
    sealer = Sealer(a_profile(at_home="original"))
    _, home = await sealer.said(MOBILE, at_home=True)
    _, outside = await sealer.said("hello")
    body = orjson.dumps({"messages": [{"role": "user", "content": RESIDENT_ID}]})
    assert home.sealed.inspect is not None
    assert outside.sealed.inspect is not None

    await home.sealed.inspect(body)
    with pytest.raises(PrivateDataLeft):
        await outside.sealed.inspect(body)


async def test_secrets_never_come_back() -> None:
    """
    They are not in the vault at all.
    """
    (sent,), sealing = await Sealer().said(f"key {SECRET}")

    assert ("key [SECRET_API_KEY]", None) == (sent, sealing.unsealer)


@pytest.mark.parametrize(
    ("way", "clearance"), [("allow", Clearance.EXTERNAL), ("route_local", Clearance.ON_PREMISES)]
)
async def test_what_nobody_can_read_is_counted(way: str, clearance: Clearance) -> None:
    """
    And leaves as far as the profile lets it.
    """
    sealer = Sealer(a_profile(unreadable=way))
    sealing = await sealer.seal(a_conversation({"role": "user", "content": [IMAGE]}))

    assert sealer.facts is not None
    assert (1, 26, clearance) == (
        sealer.facts.unreadable,
        sealer.facts.unreadable_bytes,
        sealing.sealed.clearance,
    )


async def test_what_nobody_can_read_may_be_refused() -> None:
    """
    With the place.
    """
    with pytest.raises(UnreadableBlocked) as blocked:
        await Sealer(a_profile(unreadable="block")).seal(a_conversation({"role": "user", "content": [IMAGE]}))

    assert "messages[0].content[0].image_url.url" == blocked.value.param


@pytest.mark.parametrize(
    ("fields", "fails", "refusal", "reason"),
    [
        ({}, True, RedactionFailed, "error"),
        ({"bounds": {"characters": 3}}, False, RequestTooLargeToRedact, "size"),
    ],
)
async def test_what_cannot_be_looked_through_does_not_leave(
    fields: dict[str, Any], refusal: type[Exception], reason: str, *, fails: bool
) -> None:
    """
    A detector that fails, or too much of it; and it is written down.
    """
    sealer = Sealer(a_profile(WordFinder({}, fails=fails), **fields))

    with pytest.raises(refusal):
        await sealer.said("hello")

    assert sealer.facts is not None
    assert reason == sealer.facts.failure


@pytest.mark.parametrize(
    ("way", "clearance"), [("allow", Clearance.EXTERNAL), ("route_local", Clearance.ON_PREMISES)]
)
async def test_a_profile_may_rather_send_than_refuse(way: str, clearance: Clearance) -> None:
    """
    It has to say so itself, and it is written down.
    """
    sealer = Sealer(a_profile(WordFinder({}, fails=True), on_failure=way))

    (sent,), sealing = await sealer.said("hello")

    assert ("hello", clearance) == (sent, sealing.sealed.clearance)
    assert sealer.facts is not None
    assert "error" == sealer.facts.failure


@pytest.mark.slow
async def test_ten_thousand_values_come_back_and_one_more_is_refused() -> None:
    """
    A request may hold so many, and no two are mixed up.
    """
    numbers = [str(13_800_000_000 + number) for number in range(10_000)]
    text = "\n".join(numbers)
    sealer = Sealer()
    (sent,), sealing = await sealer.said(text)

    assert 10_000 == len(set(sent.split("\n")))
    assert text == restored(sealing, sent)
    with pytest.raises(RequestTooLargeToRedact):
        await sealer.said(text + "\n13900000000")


async def test_the_pseudonym_is_that_of_the_person_whom_limits_and_audit_see() -> None:
    """
    An app that names itself in `user` and its persons in `user_id` keeps these apart at a model server.
    """
    hi = {"role": "user", "content": "hi"}
    sealings = [
        await Sealer().seal(a_conversation(hi, user="app", user_id=person)) for person in ("ann", "bob")
    ]
    alone = await Sealer().seal(a_conversation(hi, user_id="ann"))
    names = [sealing.sealed.isolation.user for sealing in (*sealings, alone) if sealing.sealed.isolation]

    assert names[0] == names[2] != names[1]


async def test_names_of_users_leave_as_pseudonyms() -> None:
    """
    With or without a profile; another one for every user.
    """
    request = a_conversation({"role": "user", "content": "hi"}, user=EMAIL)
    sealings = [await Sealer().seal(request, profile=profile) for profile in (None, a_profile())]
    (without,) = {(await Sealer().seal(a_conversation({"role": "user", "content": "hi"}))).sealed.isolation}

    assert all("user" not in sealing.sealed.request.body for sealing in sealings)
    names = {sealing.sealed.isolation.user for sealing in sealings if sealing.sealed.isolation is not None}
    assert 1 == len(names) != 0
    assert None not in names
    assert without is not None
    assert without.user is None


async def test_what_was_sealed_stands_the_last_look() -> None:
    """
    And what came into the bytes afterwards does not.
    """
    _, sealing = await Sealer().said(INTRODUCTION)
    assert sealing.sealed.inspect is not None

    await sealing.sealed.inspect(orjson.dumps(sealing.sealed.request.body))
    with pytest.raises(Exception, match="CN_RESIDENT_ID"):
        await sealing.sealed.inspect(orjson.dumps({**sealing.sealed.request.body, "more": RESIDENT_ID}))


@pytest.mark.parametrize("question", ["hello", INTRODUCTION])
@pytest.mark.parametrize("added", [{"more": EMAIL}, {"tools": [{"x": {"y": [CARD]}}]}, {"model": SECRET}])
async def test_a_faulty_kind_is_caught(question: str, added: dict[str, Any]) -> None:
    """
    A field that was never sealed is looked through, whether anything else was found or not.
    """
    _, sealing = await Sealer().said(question)
    assert sealing.sealed.inspect is not None

    with pytest.raises(PrivateDataLeft):
        await sealing.sealed.inspect(orjson.dumps({**sealing.sealed.request.body, **added}))


async def test_a_faulty_kind_that_writes_into_a_clean_text_is_caught() -> None:
    """
    What was clean is left out as it was, and as nothing else.
    """
    _, sealing = await Sealer().said("hello", "you")
    assert sealing.sealed.inspect is not None

    for said in (f"hello {EMAIL}", f'{EMAIL} "hello"'):
        with pytest.raises(PrivateDataLeft):
            await sealing.sealed.inspect(orjson.dumps({"messages": [{"content": said}, {"content": "you"}]}))


@pytest.mark.parametrize("value", [RESIDENT_ID, CARD, EMAIL, SECRET])
async def test_a_faulty_sealing_is_caught(value: str) -> None:
    """
    A text in which something was found is read again, whatever was done to it.
    """

    def forget_to_replace(original: str, *_: object) -> str:
        return original

    faulty = Handling(Action("faulty", 1, forget_to_replace), "allow")
    profile = replace(a_profile(), handlings={}, default=faulty, secret_default=faulty)
    said, sealing = await Sealer(profile).said("hello", f"it is {value}")
    assert sealing.sealed.inspect is not None

    assert ["hello", f"it is {value}"] == said
    with pytest.raises(PrivateDataLeft):
        await sealing.sealed.inspect(orjson.dumps(sealing.sealed.request.body))


def test_keys_are_derived_for_this_room() -> None:
    """
    No other room shares them.
    """
    assert a_key("acme", "redaction") != a_key("acme", "cache")


_PIECES = st.sampled_from(
    [
        *ORIGINALS, "6225880137706789", "order no 5836319021248094", "客户王芳", "your card",
        "IBAN DE89370400440532013000", "\n", " ", "，", '{"a": 13987654321}', "ok.", "192.168.10.7",
        "PHONE_2222AAAA", "\\u0031", "「", "http://x.cn/a?b=1",
    ]
)  # fmt: skip


@given(st.lists(st.lists(_PIECES, max_size=8).map(" ".join), min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_whatever_is_asked_comes_back_and_leaves_clean(contents: list[str]) -> None:
    """
    An answer that repeats the question reads like it, and the last look finds nothing.
    """

    async def trip() -> list[str]:
        said, sealing = await Sealer().said(*contents)
        assert sealing.sealed.inspect is not None
        await sealing.sealed.inspect(orjson.dumps(sealing.sealed.request.body))
        return [restored(sealing, text) for text in said]

    assert "".join(contents) == "".join(asyncio.run(trip()))


async def test_a_lone_surrogate_is_no_request_and_in_arguments_it_passes() -> None:
    """
    It cannot be written in UTF-8; within a JSON text it is six harmless characters.
    """
    with pytest.raises(InvalidRequest, match="not valid JSON"):
        parse_chat(b'{"model": "m", "messages": [{"role": "user", "content": "\\ud800"}]}')
    arguments = f'{{"a": "\\ud800 {MOBILE}", "a": "{EMAIL}"}}'
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": arguments}}

    sealing = await Sealer().seal(
        a_conversation({"role": "assistant", "content": None, "tool_calls": [call]})
    )

    sent = sealing.sealed.request.body["messages"][0]["tool_calls"][0]["function"]["arguments"]
    assert sent.startswith('{"a": "\\ud800 PHONE_')
    assert '", "a": "EMAIL_' in sent


async def test_a_text_of_an_earlier_answer_is_made_whole_where_its_words_are_known() -> None:
    """
    As a caller was given it who had sent the same value; a word of nobody makes it unknown.
    """
    sealer = Sealer()
    (sent,), sealing = await sealer.said(f"Write to {EMAIL}.")

    assert f"They said: Write to {EMAIL}." == sealing.restored(f"They said: {sent}")
    assert "Nothing private." == sealing.restored("Nothing private.")
    assert sealing.restored(f"{sent} Or to EMAIL_22223333?") is None


async def test_a_word_that_may_not_come_back_stays_in_what_is_made_whole() -> None:
    """
    The same value has the same word in the next turn.
    """
    sealer = Sealer(a_profile(placeholders={"restore": ["user"]}))
    messages = [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": EMAIL}]
    sealing = await sealer.seal(a_conversation(*messages))
    sent = sealing.sealed.request.body["messages"][1]["content"]

    assert EMAIL != sent
    assert f"It is {sent}." == sealing.restored(f"It is {sent}.")


async def test_without_a_profile_a_text_of_an_earlier_answer_is_what_it_is() -> None:
    """
    Nothing was hidden in it.
    """
    sealing = await Sealer().seal(a_conversation({"role": "user", "content": "x"}), profile=None)

    assert f"{EMAIL} EMAIL_22223333" == sealing.restored(f"{EMAIL} EMAIL_22223333")


async def test_a_harmless_request_knows_no_words() -> None:
    """
    What was hidden in an earlier turn has gone from the conversation.
    """
    _, sealing = await Sealer().said("Hello")

    assert "Nothing private." == sealing.restored("Nothing private.")
    assert sealing.restored("EMAIL_22223333") is None


@pytest.mark.parametrize("content", ["Hello", f"Write to {EMAIL}."])
async def test_where_answers_are_screened_nothing_of_an_earlier_one_is_made_whole(content: str) -> None:
    """
    Its caller was shown less than it said.
    """
    _, sealing = await Sealer(a_profile(answers="mask")).said(content)

    assert sealing.restored("Nothing private.") is None


async def test_what_could_not_be_looked_through_makes_nothing_whole() -> None:
    """
    Nobody knows what was in it.
    """
    profile = a_profile(WordFinder({}, fails=True), on_failure="allow")

    _, sealing = await Sealer(profile).said("Hello")

    assert sealing.restored("Nothing private.") is None


@given(st.lists(st.sampled_from([EMAIL, MOBILE, CARD, "and", "so on", "EMAIL_2"]), max_size=6))
@settings(max_examples=25)
async def test_what_is_made_whole_is_sealed_to_the_same_words_again(words: list[str]) -> None:
    """
    So that the model reads what it had said.
    """
    sealer, told = Sealer(), f"{EMAIL} {MOBILE} {CARD}"
    (sent, thought), sealing = await sealer.said(told, " ".join(words))

    whole = sealing.restored(thought)

    assert whole is not None
    assert [sent, thought] == (await sealer.said(told, whole))[0]
