"""What a model brings up by itself."""

from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.redaction.actions.mask import masked
from gateway.redaction.answer_screen import AnswerScreen
from gateway.redaction.refusals import AnswerBlocked
from gateway.redaction.restorer import Restorer
from gateway.redaction.spans import Span
from gateway.redaction.vault import Vault
from tests.fakes.sealing import CARD, EMAIL, MOBILE, RESIDENT_ID, WordFinder, a_profile

TOKEN = "PHONE_22223333"
PROFILE = a_profile(answers="mask")


def a_screen(known: str = "", *, is_json: bool = False, **fields: Any) -> AnswerScreen:
    profile = a_profile(**fields) if fields else PROFILE
    vault = Vault()
    vault.keep(TOKEN, MOBILE)
    return AnswerScreen(
        profile, Restorer(vault, profile.shapes), lambda span: span.canonical == known, {}, is_json=is_json
    )


def said(screen: AnswerScreen, *texts: str) -> str:
    return "".join(screen.feed(text, 0) for text in texts) + screen.finish()


def test_new_private_data_is_masked() -> None:
    """
    What the request held comes back, what the model made up does not.
    """
    screen = a_screen()

    assert f"call {MOBILE}, not *******4321." == said(screen, f"call {TOKEN}, not 13987654321.")
    assert {("PHONE", "mask"): 1} == screen.counts


def test_what_the_request_itself_held_is_not_new() -> None:
    """
    A value that the profile only logs goes both ways.
    """
    assert EMAIL == said(a_screen(known=EMAIL), EMAIL)


def test_blocking_ends_the_answer() -> None:
    """
    The refusal names the kind and never the value.
    """
    with pytest.raises(AnswerBlocked) as blocked:
        said(a_screen(answers="block"), f"it is {RESIDENT_ID}.")

    assert "CN_RESIDENT_ID" in blocked.value.message
    assert RESIDENT_ID not in blocked.value.message


def test_every_kind_may_have_its_own_rule() -> None:
    """
    Only what is named is looked for where answers are otherwise let pass.
    """
    screen = a_screen(entities={"EMAIL": {"action": "pseudonymise", "answer": "mask"}})

    assert f"{RESIDENT_ID} {masked(EMAIL)}" == said(screen, f"{RESIDENT_ID} {EMAIL}")


def test_arguments_stay_json() -> None:
    """
    A number stays a number, a text a text.
    """
    text = orjson.dumps({"phone": 13987654321, "mail": "x\n" + EMAIL}).decode()

    assert {"phone": 10000000000, "mail": "x\n[EMAIL]"} == orjson.loads(said(a_screen(is_json=True), text))


_PIECES = st.sampled_from(
    [RESIDENT_ID, EMAIL, TOKEN, CARD, "13987654321", "我的电话是", " and ", ". ", "words of a model " * 4]
)


@given(st.lists(_PIECES, max_size=25).map("".join), st.lists(st.integers(0, 1500), max_size=15))
@settings(max_examples=60)
def test_the_result_is_the_same_wherever_a_text_was_cut(text: str, places: list[int]) -> None:
    """
    And it never shows a value that was new.
    """
    edges = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]

    whole = said(a_screen(), text)

    assert whole == said(a_screen(), *[text[start:end] for start, end in pairwise(edges)])


def test_what_is_said_is_late_by_a_bounded_length() -> None:
    """
    However long the answer is.
    """
    screen = a_screen()
    heard = 0

    for number in range(1, 200):
        heard += len(screen.feed("word and ", 0))
        assert number * len("word and ") - heard < 256


KEY = (
    "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n" * 40 + "-----END PRIVATE KEY-----"
)


@pytest.mark.parametrize("size", [1, 7, 300, 10_000])
def test_a_long_value_is_hidden_to_its_end(size: int) -> None:
    """
    However it was cut; what stands after it is said.
    """
    text = f"Take this: {KEY} and keep it."

    heard = said(a_screen(), *[text[at : at + size] for at in range(0, len(text), size)])

    assert "MIIE" not in heard
    assert heard.startswith("Take this: ")
    assert heard.endswith(" and keep it.")


class _CountingFinder(WordFinder):
    """A finder that finds nothing, and counts the characters that it is shown."""

    characters = 0

    def scan(self, text: str) -> tuple[Span, ...]:
        self.characters += len(text)
        return ()


def test_a_long_answer_costs_what_its_length_says() -> None:
    """
    Every character is looked at a few times, not once for every segment before it.
    """
    finder = _CountingFinder({})
    profile = a_profile(finder, answers="mask")
    screen = AnswerScreen(profile, Restorer(Vault(), profile.shapes), lambda _: False, {}, is_json=False)

    assert "word " * 10_000 == said(screen, "word " * 10_000)
    assert finder.characters < 2 * 50_000
