"""Values of the same form that belong to nobody."""

import asyncio
import re
from itertools import pairwise

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.redaction.actions.forms import OTHER
from gateway.redaction.actions.surrogate import PATIENCE, SURROGATE
from gateway.redaction.finding import Finding
from gateway.redaction.redactor import Sealing
from gateway.redaction.rewriting import ScopedMint
from gateway.wire.frames import Frame, FrameKind
from gateway.wire.lanes import said_in
from gateway.wire.sse import data_of
from tests.fakes.sealing import CARD, EMAIL, MOBILE, RESIDENT_ID, Sealer, a_profile, restored

PROFILE = a_profile(entities={kind: {"action": "surrogate"} for kind in OTHER})
LETTER = (
    f"客户张伟，身份证{RESIDENT_ID}，手机{MOBILE}，卡号{CARD}，邮箱{EMAIL}，地址：北京市朝阳区建国路88号，"
    "出生日期1990年3月12日。Dear Mr Smith, born 1984-03-09, of 12 Harbour Lane, call +49 171 4829306 "
    "or 192.168.10.7."
)
ORIGINALS = ("张伟", RESIDENT_ID, MOBILE, CARD, EMAIL, "建国路88号", "1990年3月12日", "Smith", "192.168.10.7")


def made(entity: str, number: int, *, is_chinese: bool = False, attempt: int = 0) -> str:
    assert SURROGATE.rewrite is not None
    finding = Finding(0, 1, entity, number.to_bytes(16, "big"), is_chinese=is_chinese)
    return SURROGATE.rewrite("x", finding, ScopedMint(b"k" * 32), attempt)


@pytest.mark.parametrize("is_chinese", [False, True])
@pytest.mark.parametrize("entity", sorted(OTHER))
def test_a_surrogate_has_a_shape_by_which_it_is_found_again(entity: str, *, is_chinese: bool) -> None:
    """
    Also where the range is used up, and a placeholder takes its place.
    """
    patterns = [re.compile(shape.pattern) for shape in SURROGATE.shapes(entity)]

    for attempt in (0, PATIENCE + 1):
        token = made(entity, 7, is_chinese=is_chinese, attempt=attempt)
        assert any(pattern.fullmatch(token) for pattern in patterns)
    assert made(entity, 7, attempt=PATIENCE + 1).startswith(f"{entity}_")


def test_not_every_kind_has_one() -> None:
    """
    A handle of a chat could always be somebody's.
    """
    assert () == SURROGATE.shapes("WECHAT_ID")


async def test_a_letter_of_surrogates_leaves_and_comes_back() -> None:
    """
    In Chinese and in English; the last look lets them pass though they are valid.
    """
    (sent,), sealing = await Sealer(PROFILE).said(LETTER)

    assert not any(original in sent for original in ORIGINALS)
    assert "_" not in sent
    assert LETTER == restored(sealing, sent)
    assert sealing.sealed.inspect is not None
    await sealing.sealed.inspect(orjson.dumps(sealing.sealed.request.body))


async def test_the_same_value_has_the_same_surrogate_in_every_turn_and_another_tenant_another() -> None:
    """
    It is made with the tenant's key.
    """
    (first,), _ = await Sealer(PROFILE).said(MOBILE)
    (_, again), _ = await Sealer(PROFILE).said("hello", MOBILE)
    (other,), _ = await Sealer(PROFILE, tenant="bolt").said(MOBILE)

    assert first == again != other


async def test_a_surrogate_that_the_request_itself_holds_is_not_made() -> None:
    """
    Somebody's own number never turns into another one's on the way back.
    """
    profile = a_profile(entities={"PHONE": {"action": "surrogate"}, "EMAIL": {"action": "allow"}})
    (usual,), _ = await Sealer(profile).said(MOBILE)
    text = f"the number of the order is A{usual}B, call {MOBILE}"

    (sent,), sealing = await Sealer(profile).said(text)

    assert f"A{usual}B" in sent
    assert text == restored(sealing, sent)


def _heard(sealing: Sealing, pieces: list[str]) -> str:
    stage = sealing.unsealer
    assert stage is not None
    frames: list[Frame] = []
    for piece in pieces:
        chunk = {"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]}
        frames += stage.feed(Frame(FrameKind.DELTA, b"data: " + orjson.dumps(chunk) + b"\n\n"))
    frames += stage.finish()
    return "".join(
        holder[lane.field]
        for frame in frames
        for choice in orjson.loads(data_of(frame.raw))["choices"]
        for lane, holder in said_in(choice)
    )


@given(st.lists(st.integers(0, 2_000), max_size=12))
@settings(max_examples=60, deadline=None)
def test_they_come_back_wherever_an_answer_was_cut(places: list[int]) -> None:
    """
    Names with spaces in them, too.
    """
    sent, sealing = _SENT
    edges = [0, *sorted(place % (len(sent) + 1) for place in places), len(sent)]

    assert LETTER == _heard(sealing, [sent[start:end] for start, end in pairwise(edges)])


def _sealed() -> tuple[str, Sealing]:
    (sent,), sealing = asyncio.run(Sealer(PROFILE).said(LETTER))
    return sent, sealing


_SENT = _sealed()


@pytest.mark.slow
async def test_more_values_than_a_range_has_are_told_apart_all_the_same() -> None:
    """
    Those that find no surrogate any more have placeholders.
    """
    days = [
        f"{year}-{month:02}-{day:02}"
        for year in range(1940, 2000)
        for month in range(1, 13)
        for day in (1, 9, 17, 25)
    ]
    dates = [f"born {day}" for day in [*days, *(f"{day[:-2]}{int(day[-2:]) + 1:02}" for day in days)]]
    text = "\n".join(dates)

    (sent,), sealing = await Sealer(PROFILE).said(text)

    assert len(dates) == len(set(sent.split("\n")))
    assert text == restored(sealing, sent)
