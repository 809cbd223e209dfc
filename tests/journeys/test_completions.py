"""
Text completions and fill-in-the-middle from end to end.

What the way promises (private data, leavers, breaks, silence, kept answers,
limits) it promises where the model server is asked at another of its paths, too.
"""

from typing import Any

import pytest
import pytest_asyncio

from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.completions import PATH, a_completion, last_choice, text_of
from tests.fakes.house import House, a_request, listen, until
from tests.fakes.sealing import CARD, EMAIL, MOBILE, RESIDENT_ID

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

WITHIN_SECONDS = 1.0
NAME = "欧阳明慧"
BEFORE = f"# {NAME} <{EMAIL}>\ndef pay(card='{CARD}'):\n    "
BEHIND = f"\n\npay()  # 身份证号是{RESIDENT_ID}，手机{MOBILE}，{EMAIL}\n"
ORIGINALS = (NAME, RESIDENT_ID, MOBILE, CARD, EMAIL)
BY_CHARACTER = Misbehaviour(echo=True, delta_size=1)
STREAMED = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


@pytest_asyncio.fixture(loop_scope="module")
async def house(hiding_house: House) -> House:
    """The same, with nothing behind it."""
    hiding_house.begin_anew()
    return hiding_house


def seen_by_the_model(house: House) -> str:
    """Everything that left."""
    return "".join(exchange.body.decode() for exchange in house.simulator.records)


@pytest.mark.parametrize("path", ["/v1/completions", "/completions", "/beta/completions"])
async def test_a_gap_is_filled_at_every_base_url(house: House, path: str) -> None:
    """
    By hosted DeepSeek at the one path that serves it; a model that thinks elsewhere does not here.
    """
    house.simulator.always(Misbehaviour(text="a, b"))

    answer = await house.ask(
        a_completion(suffix="):\n    return a + b", temperature=0, stop=["\n"]), path=path
    )

    (exchange,) = house.simulator.records
    sent = {name: value for name, value in exchange.request.items() if name != "user_id"}
    assert "a, b" == text_of(answer, stream=False)
    assert "/beta/completions" == exchange.path
    assert {
        "model": "deepseek-flash",
        "prompt": "def f(",
        "suffix": "):\n    return a + b",
        "max_tokens": 4_000,
        "temperature": 0,
        "stop": ["\n"],
        "stream": False,
    } == sent


@STREAMED
async def test_private_data_leaves_as_placeholders_and_comes_back(house: House, *, stream: bool) -> None:
    """
    From both sides of the gap, under the same placeholder on both, whatever piece it comes in.
    """
    house.simulator.always(BY_CHARACTER)

    answer = await house.ask(a_completion(BEFORE, suffix=BEHIND, stream=stream), path=PATH)

    (exchange,) = house.simulator.records
    assert BEFORE + BEHIND == text_of(answer, stream=stream)
    assert answer.is_whole
    assert not any(original in seen_by_the_model(house) for original in ORIGINALS)
    placeholder = exchange.request["prompt"].split("<")[1].split(">")[0]
    assert placeholder in exchange.request["suffix"]


@STREAMED
async def test_an_echo_brings_the_prompt_back_as_it_was(house: House, *, stream: bool) -> None:
    """
    The tokens of a text that was rewritten spell placeholders, so they are left out.
    """
    house.simulator.always(Misbehaviour(text="pass"))

    answer = await house.ask(a_completion(BEFORE, echo=True, logprobs=1, stream=stream), path=PATH)
    plain = await house.ask(a_completion("x = ", echo=True, logprobs=1), path=PATH)

    assert BEFORE + "pass" == text_of(answer, stream=stream)
    assert "_" not in str(last_choice(answer, stream=stream)["logprobs"] or "")
    assert ["x = ", "pass"] == last_choice(plain, stream=False)["logprobs"]["tokens"]


@pytest.mark.parametrize(
    "halves", [(CARD[:10], CARD[10:]), (MOBILE[:5], MOBILE[5:]), ("wang.fang@co", "rp.cn")]
)
async def test_a_value_that_the_cursor_cuts_does_not_leave(house: House, halves: tuple[str, str]) -> None:
    """
    Neither half of it is a value by itself.
    """
    before, behind = halves

    answer = await house.ask(a_completion(f"pay with {before}", suffix=f"{behind} now"), path=PATH)

    sent = house.simulator.records[0].request
    assert 200 == answer.status
    assert (False, False) == (before in sent["prompt"], behind in sent["suffix"])


@STREAMED
async def test_a_caller_who_leaves_stops_the_model(house: House, *, stream: bool) -> None:
    """
    Within a second: editors leave with nearly every key that is pressed.
    """
    house.simulator.always(Misbehaviour(deltas=200_000, delta_size=100, delay_ms=2))

    async with await house.call() as caller:
        caller.say(a_request(a_completion(stream=stream), path=PATH))
        if stream:
            listening = await listen(caller)
            assert 200 == listening.status
        else:
            await until(lambda: len(house.simulator.records) == 1)

        caller.leave()

        await house.simulator.caller_left(WITHIN_SECONDS)
    await house.until_empty()
    assert "caller_left" == (await house.record())["ending"]


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (Misbehaviour(deltas=10, delay_ms=5, cut_after=4), "upstream_broke"),
        (Misbehaviour(deltas=10, delay_ms=5, error_after=4), "upstream_overloaded"),
        (Misbehaviour(deltas=10, delay_ms=5, no_finish=True), "upstream_broke"),
    ],
)
async def test_a_break_in_the_middle_is_an_error_event_and_no_end(
    house: House, behaviour: Misbehaviour, code: str
) -> None:
    """
    What was said before stays said; the body is cut.
    """
    house.simulator.always(behaviour)

    answer = await house.ask(a_completion(stream=True), path=PATH)

    assert (200, code) == (answer.status, answer.error["code"])
    assert text_of(answer, stream=True)
    assert not answer.is_whole
    assert b"[DONE]" not in answer.body


@STREAMED
async def test_what_it_cost_is_told_and_written_down(house: House, *, stream: bool) -> None:
    """
    On the last chunk of a stream, and in the audit log under the path that was asked.
    """
    answer = await house.ask(a_completion(suffix="x", stream=stream), path=PATH)

    document = answer.chunks[-1] if stream else answer.document
    usage, record = document["usage"], await house.record()
    assert (record["tokens"]["prompt"], record["tokens"]["completion"]) == (
        usage["prompt_tokens"],
        usage["completion_tokens"],
    )
    assert ("finished", "deepseek-flash", PATH) == (record["ending"], record["model"], record["path"])
    assert "stop" == last_choice(answer, stream=stream)["finish_reason"]
    assert {"prompt_cache_hit_tokens", "prompt_cache_miss_tokens"} < usage.keys()


@STREAMED
async def test_a_completion_that_was_cut_says_so(house: House, *, stream: bool) -> None:
    """
    By the bound that the caller set.
    """
    house.simulator.always(Misbehaviour(deltas=100))

    answer = await house.ask(a_completion(stream=stream, max_tokens=3), path=PATH)

    assert "length" == last_choice(answer, stream=stream)["finish_reason"]


@pytest.mark.parametrize(
    ("fields", "how", "expected"),
    [
        ({}, {"key": None}, (401, "missing_credential", None)),
        ({"model": "nobody"}, {}, (404, "model_not_found", "model")),
        ({"prompt": ["a", "b"]}, {}, (400, "invalid_request", "prompt")),
        ({"prompt": [1, 2]}, {}, (400, "invalid_request", "prompt")),
        ({"n": 2}, {}, (400, "invalid_request", "n")),
        ({"messages": []}, {}, (400, "invalid_request", "messages")),
        ({}, {"method": "PUT"}, (405, "method_not_allowed", None)),
    ],
)
async def test_a_refusal_is_openais_error(
    house: House, fields: dict[str, Any], how: dict[str, Any], expected: tuple[int, str, str | None]
) -> None:
    """
    With the code that docs/errors.md explains, and asks nothing of the model.
    """
    answer = await house.ask(a_completion(**fields), path=PATH, **how)

    assert expected == (answer.status, answer.error["code"], answer.error["param"])
    assert [] == list(house.simulator.records)


async def test_silence_is_bridged_by_comments(hiding_house: House) -> None:
    """
    Before the first word, so that nobody hangs up on a model that is queued.
    """
    hiding_house.begin_anew()
    hiding_house.be_restless(0.02)
    hiding_house.simulator.always(Misbehaviour(text="at last", slow_first_token=0.15))

    answer = await hiding_house.ask(a_completion(stream=True), path=PATH)

    assert answer.body.startswith(b": keep-alive\n\n")
    assert "at last" == text_of(answer, stream=True)
