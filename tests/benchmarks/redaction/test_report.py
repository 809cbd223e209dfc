"""The page."""

from dataclasses import replace

import pytest

from benchmarks.redaction.__main__ import measure
from benchmarks.redaction.finders import gateway
from benchmarks.redaction.report import report, rival_section, rival_section_of
from benchmarks.redaction.rivals import Rival


@pytest.mark.slow
def test_the_page_says_what_is_not_caught_and_shows_a_rival_where_there_is_one() -> None:
    """
    A table for every view, and the limits in plain words.
    """
    result = measure(gateway(), tuning=True, rounds=1)
    rival = Rival(measure(lambda _: [], tuning=True, rounds=1), ("presidio-analyzer 0", "spacy 0"))

    alone, beside = report(result, ""), report(result, rival_section(result, rival))

    headings = "Goals, By entity, By form, By language, Harmless texts, Fresh sentences, What is not caught"
    assert [] == [heading for heading in headings.split(", ") if f"## {heading}" not in alone]
    assert "Presidio" not in alone
    assert "and no model." in beside
    assert "| plain |" in beside


@pytest.mark.slow
def test_what_was_said_of_a_rival_holds_as_long_as_the_texts_are_the_same() -> None:
    """
    Of other texts it would say something else, so it goes.
    """
    result = measure(gateway(), tuning=True, rounds=1)
    rival = Rival(measure(lambda _: [], tuning=True, rounds=1), ("presidio-analyzer 0", "spacy 0"))
    page = report(result, rival_section(result, rival))
    others = replace(result, digest="of other texts")

    assert page == report(result, rival_section_of(page, result))
    assert "" == rival_section_of(page, others)
    assert "" == rival_section_of(report(result, ""), result)
