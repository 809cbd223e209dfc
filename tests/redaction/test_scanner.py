"""Looking for everything at once."""

from base64 import b64encode
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.redaction.detectors import WordDetector
from gateway.redaction.engines.choice import EngineName
from gateway.redaction.failures import DetectorFailed, UnsafePattern
from gateway.redaction.scanner import Scanner, Wanted
from gateway.redaction.spans import Span
from tests.fakes.looking import ENGINES, a_scanner, residue_of

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
    spans = residue_of(a_scanner(), _LETTER)

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


@pytest.mark.parametrize("engine", ENGINES)
def test_a_tenants_words_and_patterns_are_found(engine: EngineName) -> None:
    """
    In any case and writing; Latin words only as words of their own, Chinese ones anywhere.
    """
    scanner = Scanner(
        Wanted(
            entities=frozenset(),
            dictionaries={"PROJECT": ["Falcon", "猎鹰计划", "Übermut", " "]},
            patterns={"STAFF": ["EMP-[0-9]{4}", "[0-9]{3}工号"]},
            engine=engine,
        )
    )

    text = "FALCON, falconry, 这个猎鹰计划的ｆａｌｃｏｎ, ÜBERMUT EMP-1234 emp-1234 789工号"

    assert [
        ("PROJECT", "FALCON"),
        ("PROJECT", "猎鹰计划"),
        ("PROJECT", "ｆａｌｃｏｎ"),
        ("PROJECT", "ÜBERMUT"),
        ("STAFF", "EMP-1234"),
        ("STAFF", "789工号"),
    ] == [(span.entity, text[span.start : span.end]) for span in scanner.scan(text)]


def test_a_dangerous_pattern_makes_no_scanner() -> None:
    """
    It is refused when the policy is compiled, not when the text comes.
    """
    with pytest.raises(UnsafePattern):
        Scanner(Wanted(patterns={"X": ["(a+)+"]}))


@pytest.mark.parametrize("engine", ENGINES)
def test_encoded_text_leaves_whole(engine: EngineName) -> None:
    """
    Base64, also of base64, goes under the name of what it says.
    """
    once = b64encode(b"call 13812345678 now").decode()
    twice = b64encode(once.encode()).decode()
    text = f"data={once}; more={twice}; none={b64encode(b'nothing private here').decode()}"

    spans = a_scanner(engine).scan(text)

    assert [("PHONE", once, "base64"), ("PHONE", twice, "base64")] == [
        (span.entity, text[span.start : span.end], span.form) for span in spans
    ]


def test_plug_in_detectors_are_asked_and_their_failure_is_told() -> None:
    """
    What they find counts like the rest; what they fail to find is never taken for nothing.
    """
    scanner = Scanner(detectors=[WordDetector("words", "PROJECT", ["Falcon"])])

    assert ["PROJECT", "PHONE"] == [span.entity for span in scanner.scan("Falcon 13812345678")]

    class Broken(WordDetector):
        def find(self, text: str) -> Iterable[Span]:
            raise ValueError(text)

    with pytest.raises(DetectorFailed, match="words"):
        Scanner(detectors=[Broken("words", "X", [])]).scan("a text")


def test_the_residue_needs_no_word_beside_a_value() -> None:
    """
    A mistyped card is found by the word before it, and that is no proof: in another message it was no card.
    """
    text = '[{"content":"your card"},{"content":"6225880137706789"},{"content":"card 6225880137706789"}]'

    assert ["PAYMENT_CARD"] == [span.entity for span in a_scanner().scan(text)]
    assert () == residue_of(a_scanner(), text)
