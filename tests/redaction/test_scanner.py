"""Looking for everything at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.redaction.engines.choice import EngineName
from gateway.redaction.scanner import Scanner, Wanted
from tests.fakes.looking import ENGINES, a_scanner

_LETTER = (
    "我叫张伟，身份证110101199003078515，手机138-1234-5678，邮箱zhang@example.com，卡号 4111 1111 1111 1111。"
)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_letter_is_read_to_its_end(engine: EngineName) -> None:
    """
    Every value of a text is found, in the order of the text, under its bare writing.
    """
    spans = a_scanner(engine).scan(_LETTER)

    found = [(span.entity, span.canonical) for span in spans if span.entity != "PERSON"]
    assert [
        ("CN_RESIDENT_ID", "110101199003078515"),
        ("PHONE", "13812345678"),
        ("EMAIL", "zhang@example.com"),
        ("PAYMENT_CARD", "4111111111111111"),
    ] == found


def test_only_what_is_wanted_is_looked_for() -> None:
    """
    A policy that names entities gets those alone.
    """
    scanner = Scanner(Wanted(entities=frozenset({"EMAIL"})))

    assert ["EMAIL"] == [span.entity for span in scanner.scan(_LETTER)]


def test_the_residue_is_what_needs_no_second_opinion() -> None:
    """
    Check digits and unmistakable forms count in the last look, surroundings do not.
    """
    spans = a_scanner().residue(_LETTER)

    assert ["CN_RESIDENT_ID", "EMAIL", "PAYMENT_CARD"] == [span.entity for span in spans]


@pytest.mark.parametrize(
    "text", ["", "\ud800", "\udfff13812345678\ud800", "\x00" * 9, "\\ud800\\u", "%%%&&&\\\\"]
)
def test_no_text_makes_it_raise(text: str) -> None:
    """
    Lone surrogates and broken escapes are texts like any other.
    """
    for engine in ENGINES:
        spans = a_scanner(engine).scan(text)

        assert all(0 <= span.start < span.end <= len(text) for span in spans)


@given(before=st.text(max_size=40), behind=st.text(max_size=40))
def test_scanning_twice_finds_the_same(before: str, behind: str) -> None:
    """
    The scanner keeps nothing of a text.
    """
    text = before + _LETTER + behind

    assert a_scanner().scan(text) == a_scanner().scan(text)
