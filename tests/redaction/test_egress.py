"""The last look at the very bytes that leave."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.redaction.already_seen import AlreadySeen
from gateway.redaction.egress import EgressCheck, pieces_of
from gateway.redaction.finder import Finder
from gateway.redaction.memory import ScanMemory
from gateway.redaction.pace import STEP
from gateway.redaction.refusals import PrivateDataLeft, RedactionFailed
from tests.fakes.sealing import CARD, EMAIL, RESIDENT_ID, SECRET, WordFinder, a_profile
from tests.fakes.turns import Others


def a_check(finder: Finder | None = None, *, has_media: bool = False, **fields: Any) -> EgressCheck:
    seen = AlreadySeen(has_media=has_media)
    return EgressCheck(a_profile(finder, **fields), ScanMemory(), b"secret", at_home=False, seen=seen)


def a_body(*contents: str, **fields: Any) -> bytes:
    return orjson.dumps({"messages": [{"role": "user", "content": text} for text in contents], **fields})


@pytest.mark.parametrize("value", [RESIDENT_ID, CARD, EMAIL, SECRET])
async def test_what_is_left_is_not_sent(value: str) -> None:
    """
    Wherever it stands; the refusal names the kind and never the value.
    """
    for body in (a_body("hello", f"it is {value}"), a_body("hello", x={"deep": [value]})):
        with pytest.raises(PrivateDataLeft) as refused:
            await a_check().inspect(body)

        assert value not in refused.value.message


@pytest.mark.parametrize("length", [10, 40_000])
async def test_what_is_left_beside_clean_texts_is_not_sent(length: int) -> None:
    """
    In a body that is read in one go, and in one that is read in steps.
    """
    clean = ["hello", "x, " * length]
    check = EgressCheck(a_profile(), ScanMemory(), b"secret", at_home=False, seen=AlreadySeen(clean))

    await check.inspect(a_body(*clean))
    with pytest.raises(PrivateDataLeft):
        await check.inspect(a_body(*clean, CARD))


async def test_what_is_clean_is_sent() -> None:
    """
    Placeholders, digests, masks and pseudonyms of users are no private data.
    """
    body = a_body(
        "CN_RESIDENT_ID_7K3QX2M9 and PHONE-3f2a9c1b7d04e5a6, ******7890, [EMAIL]",
        user_id="teb5cuduygtcwt5rfwgf2gjeyun",
    )

    await a_check().inspect(body)


@pytest.mark.parametrize(
    "text", ["PAYMENT_CARD_7K3QX2M9 order no 5836319021248094", "[IBAN] order no 3067751799699745"]
)
async def test_the_name_of_a_placeholder_is_no_hint(text: str) -> None:
    """
    A number after the CARD in one is no card for that.
    """
    await a_check().inspect(a_body(text))


@pytest.mark.parametrize("action", ["allow", "log_only", "route_local"])
async def test_what_the_profile_leaves_in_place_may_leave(action: str) -> None:
    """
    The last look stops what was to be hidden, no more.
    """
    await a_check(entities={"EMAIL": {"action": action}}).inspect(a_body(EMAIL))


async def test_what_is_allowed_by_value_may_leave() -> None:
    """
    The same list counts.
    """
    await a_check(allow={"domains": ["corp.cn"]}).inspect(a_body(EMAIL))


async def test_a_surrogate_may_leave() -> None:
    """
    It looks like a value because it should.
    """
    entities = {"EMAIL": {"action": "surrogate"}}

    await a_check(entities=entities).inspect(a_body("verity.ashenford12@example.com"))


async def test_originals_may_go_home_but_no_secrets() -> None:
    """
    Where the profile says so and no one else could get it.
    """
    profile = a_profile(at_home="original")
    home, outside = (
        EgressCheck(profile, ScanMemory(), b"secret", at_home=at_home, seen=AlreadySeen())
        for at_home in (True, False)
    )

    await home.inspect(a_body(EMAIL))
    for check, value in ((outside, EMAIL), (home, SECRET)):
        with pytest.raises(PrivateDataLeft):
            await check.inspect(a_body(value))


async def test_a_failing_detector_lets_nothing_leave() -> None:
    """
    Nobody can say that nothing is left.
    """
    with pytest.raises(RedactionFailed):
        await a_check(WordFinder({}, fails=True)).inspect(a_body("hello"))


async def test_pictures_and_sounds_are_no_text() -> None:
    """
    Their letters may look like anything.
    """
    words = WordFinder({"AAAA": "EMAIL"})
    body = a_body(
        parts=[
            {"image_url": {"url": "data:image/png;base64,AAAA"}},
            {"input_audio": {"data": "AAAA", "format": "wav"}},
            {"file": {"file_data": "AAAA"}},
        ]
    )

    await a_check(words, has_media=True).inspect(body)
    with pytest.raises(PrivateDataLeft):
        await a_check(words).inspect(body)


async def test_the_next_turn_pays_for_its_new_text() -> None:
    """
    What was clean once is not looked at again, however long the conversation is.
    """
    finder = WordFinder({})
    check = a_check(finder)
    turns = ["word " * 400 for _ in range(20)]
    await check.inspect(a_body(*(f"{number} {text}" for number, text in enumerate(turns))))
    before = sum(map(len, finder.asked))
    finder.asked.clear()

    await check.inspect(a_body(*(f"{number} {text}" for number, text in enumerate(turns)), "something new"))

    assert before > 40_000
    assert sum(map(len, finder.asked)) < 5_000


async def test_a_question_costs_nothing_but_the_frame_around_it() -> None:
    """
    What was found clean before is left out, and the frame is the same in every question.
    """
    finder, memory = WordFinder({}), ScanMemory()
    for question in ("what is new?", "and what is old?"):
        check = EgressCheck(a_profile(finder), memory, b"secret", at_home=False, seen=AlreadySeen([question]))
        await check.inspect(a_body(question))

    assert ['{"messages":[{"role":"user","content":"~"}]}'] == finder.asked


async def test_dense_bytes_let_others_have_their_turns() -> None:
    """
    In blanking what stands for values, in looking at what remains, in leaving out what was clean, in telling
    long pieces apart.
    """
    passing = a_profile(entities={"EMAIL": {"action": "log_only"}})
    tokens = "，".join(["PHONE_7K3QX2M9"] * 3_000)
    clean = [f"hello {number}" for number in range(1_000)]
    bodies = [
        (a_body(tokens), AlreadySeen(), 4),
        (a_body("，".join(f"anna{number}@corp.cn" for number in range(1_000))), AlreadySeen(), 1_000 // STEP),
        (a_body(*clean), AlreadySeen(clean), 1_000 // STEP),
        (b"x" * 4_000_000, AlreadySeen(), 4),
    ]

    for body, seen, least in bodies:
        check = EgressCheck(passing, ScanMemory(), b"secret", at_home=False, seen=seen)
        async with Others() as others:
            await check.inspect(body)
        assert others.turns >= least


@given(st.lists(st.text("ab},{", max_size=700), max_size=9), st.text(max_size=5))
def test_pieces_are_all_of_it_and_stay_when_something_follows(contents: list[str], more: str) -> None:
    """
    Put together they are the text; what is added at the end changes no piece but the last.
    """
    body = a_body(*contents)

    pieces = list(pieces_of(body))

    assert body == b"".join(pieces)
    longer = list(pieces_of(body[:-2] + b"," + more.encode() + b"]}"))
    assert pieces[:-1] == longer[: len(pieces) - 1]
