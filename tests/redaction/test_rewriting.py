"""Other words in the place of values, and what may come back."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.redaction.finding import Finding, Located
from gateway.redaction.placeholders import mark_of
from gateway.redaction.rewriting import Rewriting, ScopedMint
from gateway.wire.texts import Form
from tests.fakes.sealing import a_profile

KEY = b"k" * 32


def found(text: str, value: str, entity: str = "PHONE", form: str = "plain") -> Located:
    start = text.index(value)
    canonical = value.replace(" ", "")
    finding = Finding(start, start + len(value), entity, mark_of(KEY, entity, canonical), form)
    return Located(finding.start, finding.end, finding)


def a_rewriting(*restorable: Located, mint: ScopedMint | None = None, **fields: Any) -> Rewriting:
    return Rewriting(
        a_profile(**fields), mint or ScopedMint(KEY), frozenset(one.finding.mark for one in restorable)
    )


def test_the_words_come_back_from_the_vault() -> None:
    """
    One value has one word, wherever it stands.
    """
    text = "call 138 or 139, 138"
    ones = [found(text, "138"), found(text, "139"), found(text, "138")]
    ones[2] = Located(17, 20, ones[2].finding)
    rewriting = a_rewriting(*ones)

    words = rewriting.rewrite(text, Form.PLAIN, ones).replace("call ", "").replace(" or ", ", ").split(", ")

    assert words[0] == words[2] != words[1]
    assert ["138", "139"] == [rewriting.vault.original(word) for word in words[:2]]


def test_what_may_not_come_back_is_not_in_the_vault() -> None:
    """
    Neither a value from a text whose role keeps it, nor one that an action does not restore.
    """
    one = found("138", "138")
    kept, masked = a_rewriting(), a_rewriting(one, default="mask")

    said = [rewriting.rewrite("138", Form.PLAIN, [one]) for rewriting in (kept, masked)]

    assert ("PHONE_", "***") == (said[0][:6], said[1])
    assert [0, 0] == [len(rewriting.vault) for rewriting in (kept, masked)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_value_comes_back_as_it_is_usually_written(order: tuple[int, int]) -> None:
    """
    Not in the odd writing that it had somewhere, whichever came first.
    """
    ones = [("1 3 8", found("1 3 8", "1 3 8", form="spaced")), ("138", found("138", "138"))]
    rewriting = a_rewriting(ones[0][1])

    words = {rewriting.rewrite(ones[place][0], Form.PLAIN, [ones[place][1]]) for place in order}

    assert ["138"] == [rewriting.vault.original(word) for word in words]


def test_values_in_json_are_read_and_written_as_json() -> None:
    """
    An escaped name comes back as a name; a number becomes a word in quotes.
    """
    text = '{"name": "\\u5f20\\u4f1f", "phone": 13812345678}'
    ones = [found(text, "\\u5f20\\u4f1f", "PERSON", "escaped"), found(text, "13812345678")]
    rewriting = a_rewriting(*ones)

    said = orjson.loads(rewriting.rewrite(text, Form.JSON, ones))

    assert ["张伟", "13812345678"] == [rewriting.vault.original(word) for word in said.values()]


def test_a_cut_json_text_is_a_text_like_any_other() -> None:
    """
    What a model did not finish is sent back unfinished.
    """
    text = '{"phone": 138'
    one = found(text, "138")

    assert a_rewriting(one).rewrite(text, Form.JSON, [one]).startswith('{"phone": PHONE_')


def test_a_value_over_several_json_values_is_one_word() -> None:
    """
    It stands in the first, and the others are empty.
    """
    text = '["138","139"]'
    finding = Finding(2, 11, "PHONE", b"m" * 16)

    said = orjson.loads(a_rewriting().rewrite(text, Form.JSON, [Located(2, 11, finding)]))

    assert ("PHONE_", "") == (said[0][:6], said[1])


def test_the_rest_of_a_value_is_empty() -> None:
    """
    The part before stands for the whole, and the whole comes back.
    """
    finding = Finding(0, 11, "PHONE", b"m" * 16)
    first = Located(5, 8, finding, "13812345678")
    rest = Located(0, 3, finding, "13812345678", is_rest=True)
    rewriting = a_rewriting(first)

    said = rewriting.rewrite("call 138", Form.PLAIN, [first])

    assert " now" == rewriting.rewrite("123 now", Form.PLAIN, [rest])
    assert "13812345678" == rewriting.vault.original(said.removeprefix("call "))


class NarrowMint(ScopedMint):
    """A mint with but three words for each kind."""

    def word(self, finding: Finding, attempt: int = 0) -> str:
        return f"{finding.entity}_{'AAAAAAA'}{'BCD'[(finding.mark[0] + attempt) % 3]}"


def test_two_values_never_have_the_same_word() -> None:
    """
    Where their digests would, the second one gets another.
    """
    ones = [Located(0, 1, Finding(0, 1, "PHONE", bytes([number]) * 16)) for number in (0, 3, 6)]
    rewriting = a_rewriting(*ones, mint=NarrowMint(KEY))

    words = [rewriting.rewrite(text, Form.PLAIN, [one]) for text, one in zip("123", ones, strict=True)]

    assert ["1", "2", "3"] == [rewriting.vault.original(word) for word in words]


def test_more_values_than_words_is_a_fault_and_no_mix_up() -> None:
    """
    It cannot happen with forty bits; if it did, nothing would be sent.
    """
    ones = [Located(0, 1, Finding(0, 1, "PHONE", bytes([number]) * 16)) for number in range(4)]
    rewriting = a_rewriting(*ones, mint=NarrowMint(KEY))

    with pytest.raises(AssertionError):
        [rewriting.rewrite("1", Form.PLAIN, [one]) for one in ones]


@given(st.text("ab1 ", max_size=20), st.lists(st.integers(0, 20), max_size=6))
def test_what_was_not_found_stays_character_by_character(text: str, places: list[int]) -> None:
    """
    Wherever findings stand.
    """
    ones, last = [], 0
    for place in sorted(places):
        if last <= place < len(text):
            ones.append(Located(place, place + 1, Finding(place, place + 1, "PHONE", b"m" * 16)))
            last = place + 1
    rewriting = a_rewriting(default="redact")

    said = rewriting.rewrite(text, Form.PLAIN, ones)

    assert [text[one.start] for one in ones] != [] or said == text
    taken = {one.start for one in ones}
    assert "".join("[PHONE]" if place in taken else character for place, character in enumerate(text)) == said
