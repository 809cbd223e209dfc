"""Looking through texts: each once, with turns for others, and an end."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from gateway.foundation.clock import FakeClock
from gateway.redaction.finder import Search
from gateway.redaction.finding import Located
from gateway.redaction.memory import ScanMemory
from gateway.redaction.pace import Pace
from gateway.redaction.profile import Profile
from gateway.redaction.search import Searcher, SearchFailed
from gateway.redaction.spans import Span
from gateway.redaction.tenant_keys import TenantKeys
from gateway.wire.texts import HumanText
from tests.fakes.sealing import MOBILE, RESIDENT_ID, WordFinder, a_profile
from tests.fakes.turns import Others

KEYS = TenantKeys(b"a" * 32)


def texts(*contents: str) -> list[HumanText]:
    return [HumanText(("messages", place, "content"), "user", text) for place, text in enumerate(contents)]


class Looking:
    """A searcher with a finder that counts."""

    def __init__(self, *words: str, fails: bool = False, **fields: Any) -> None:
        self.finder = WordFinder(dict.fromkeys(words, "PHONE"), fails=fails)
        self.clock = FakeClock()
        self.searcher = Searcher(ScanMemory(), self.clock)
        self.profile: Profile = a_profile(self.finder, **fields)

    async def found(self, *contents: str, keys: TenantKeys = KEYS) -> list[list[str]]:
        located = await self.searcher.search(texts(*contents), self.profile, keys, Pace())
        return (
            []
            if not located
            else [
                [content[one.start : one.end] for one in ones]
                for content, ones in zip(contents, located, strict=True)
            ]
        )


async def test_values_are_found_in_every_text() -> None:
    """
    Where they stand, text by text.
    """
    looking = Looking("138")

    assert [["138", "138"], [], ["138"]] == await looking.found("138 or 138.", "hello", "call 138")


async def test_a_text_is_looked_through_once() -> None:
    """
    The next turn of a conversation pays for its new text alone.
    """
    looking = Looking("138")
    await looking.found("call 138.", "Yes.")
    looking.finder.asked.clear()

    assert [["138"], [], ["138"]] == await looking.found("call 138.", "Yes.", "New: 138.")
    assert ["New: 138.", "New: ~~~."] == looking.finder.asked


async def test_a_value_that_was_hidden_by_its_neighbour_is_found() -> None:
    """
    Two resident IDs without anything between them are two.
    """
    looking = Looking()
    looking.profile = a_profile()

    assert [[RESIDENT_ID] * 2] == await looking.found(RESIDENT_ID * 2)


async def test_tenants_share_no_memory() -> None:
    """
    Nor does a new key of one tenant know what was found under the old one.
    """
    looking = Looking("138")
    await looking.found("call 138.")
    looking.finder.asked.clear()

    await looking.found("call 138.", keys=TenantKeys(b"b" * 32))

    assert "call 138." in looking.finder.asked


async def test_a_value_over_two_texts_is_found() -> None:
    """
    As one value, the first part of which stands for the whole.
    """
    looking = Looking("13812345678")

    first, second = await looking.searcher.search(
        texts("call 1381234", "5678 now"), looking.profile, KEYS, Pace()
    )

    assert [(5, 12, MOBILE, False)] == [(one.start, one.end, one.original, one.is_rest) for one in first]
    assert [(0, 4, MOBILE, True)] == [(one.start, one.end, one.original, one.is_rest) for one in second]


async def test_a_whole_value_does_not_go_on_in_the_next_text() -> None:
    """
    What one side is by itself, it is; the word after it is not swallowed.
    """
    looking = Looking("1381234", "12345678")

    assert [["1381234"], []] == await looking.found("1381234", "5678")


async def test_a_value_is_found_where_nobody_would_have_seen_it() -> None:
    """
    What was recognised in one text is looked for in the others.
    """

    class Shy(WordFinder):
        def _spans(self, text: str) -> tuple[Span, ...]:
            return super()._spans(text) if "客户" in text else ()

    looking = Looking()
    looking.profile = a_profile(Shy({"张伟": "PERSON"}))

    assert [["张伟"], ["张伟"]] == await looking.found("客户张伟", "你好，张伟！")


async def test_a_detector_that_fails_is_told() -> None:
    """
    Nobody may assume that the text holds nothing, and nothing is remembered.
    """
    looking = Looking(fails=True)

    for _ in range(2):
        with pytest.raises(SearchFailed) as failed:
            await looking.found("hello")
        assert "error" == failed.value.reason
    assert 2 == len(looking.finder.asked)


@pytest.mark.parametrize("bounds", [{"characters": 9}, {"findings": 2}])
async def test_what_is_beyond_the_bounds_is_not_guessed_at(bounds: dict[str, int]) -> None:
    """
    Too much text, or too many values.
    """
    looking = Looking("1", bounds=bounds)

    with pytest.raises(SearchFailed) as failed:
        await looking.found("1 and 1, 1")

    assert "size" == failed.value.reason


async def test_long_texts_let_others_have_their_turn() -> None:
    """
    Between two steps the loop is free, however many texts there are.
    """
    looking = Looking("138")

    async with Others() as others:
        await looking.found(*[f"{number} " * 2_000 for number in range(20)])

    assert others.turns >= 5


async def test_looking_has_an_end() -> None:
    """
    After the seconds of the profile nobody waits any longer.
    """
    looking = Looking("138", bounds={"seconds": 2})

    class Slow(WordFinder):
        def begin(self, text: str) -> Search:
            looking.clock.advance(1.5)
            return super().begin(text)

    looking.profile = a_profile(Slow({}), bounds={"seconds": 2})

    with pytest.raises(SearchFailed) as failed:
        await looking.found("a" * 20_000, "b" * 20_000, "c" * 20_000)

    assert "time" == failed.value.reason


async def test_nothing_to_look_through_is_no_work() -> None:
    """
    An empty text asks nobody.
    """
    looking = Looking("138")
    located: list[list[Located]] = await looking.searcher.search(texts("", ""), looking.profile, KEYS, Pace())

    assert ([], []) == (located, looking.finder.asked)


async def test_a_model_reads_beside_the_loop_and_not_for_ever() -> None:
    """
    Others are served meanwhile, and nobody waits longer than the profile says.
    """
    release = threading.Event()

    class Reading(WordFinder):
        def begin(self, text: str) -> Search:
            super().begin(text)
            return Waiting()

    class Waiting:
        spans = ()
        tried = 1

        def advance(self) -> bool:
            release.wait(10)
            return False

    looking = Looking()
    slow = a_profile(Reading({}), model={"folder": "m"}, bounds={"seconds": 0.05})
    looking.profile = slow

    with pytest.raises(SearchFailed) as failed:
        await looking.found("hello")
    release.set()

    assert "time" == failed.value.reason
    looking.profile = replace(slow, bounds=a_profile().bounds)
    assert [] == await looking.found("hello again")


@pytest.mark.parametrize(
    "contents",
    [
        ("call 138", "1234", "5678 now"),
        ("call ", *MOBILE, " now"),
        ("call 1381234", "", "5678 now"),
        ("call 13", "", "8", "12345678"),
    ],
)
async def test_a_value_that_was_cut_into_several_parts_is_found_whole(contents: tuple[str, ...]) -> None:
    """
    It is replaced in the first, and taken out of the others.
    """
    ours = Looking(MOBILE)
    parts = [
        HumanText(("messages", 0, "content", place, "text"), "user", text)
        for place, text in enumerate(contents)
    ]

    located = await ours.searcher.search(parts, ours.profile, KEYS, Pace())

    assert MOBILE == "".join(
        text[one.start : one.end] for text, ones in zip(contents, located, strict=True) for one in ones
    )
    first, *others = [one for ones in located for one in ones]
    assert (MOBILE, False) == (first.original, first.is_rest)
    assert all(one.is_rest for one in others)
