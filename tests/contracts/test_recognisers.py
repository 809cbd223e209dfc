"""What every recogniser must do; a new one joins by being in the registry."""

import importlib
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.redaction.recognisers import RECOGNISERS
from tests.fakes.looking import ENGINES, found_by, spans_by

_EVERY_RECOGNISER = pytest.mark.parametrize("name", sorted(RECOGNISERS))
_CHINESE = "的在了和是，。我他到市路号年月日先生张伟"
_PIECES = st.lists(
    st.one_of(
        st.text(max_size=6),
        st.text("0123456789 -./", max_size=20),
        st.text("abcdefABCDEF0123456789:@._-+/=", max_size=20),
        st.text(_CHINESE, max_size=6),
    ),
    max_size=5,
)


def _cases(name: str) -> Any:
    """Return the test module of a recogniser, which holds its examples."""
    return importlib.import_module(f"tests.redaction.recognisers.test_{name}")


@_EVERY_RECOGNISER
def test_it_is_listed_under_its_own_name_with_examples_of_both_kinds(name: str) -> None:
    """
    A recogniser says what it is called, and its test shows what it finds and what it leaves.
    """
    cases = _cases(name)

    assert name == RECOGNISERS[name].name
    assert len(cases.EXAMPLES) >= 4
    assert len(cases.NEAR_MISSES) >= 4


@pytest.mark.parametrize("engine", ENGINES)
@_EVERY_RECOGNISER
def test_it_finds_its_examples(name: str, engine: Any) -> None:
    """
    Each example is a text, the piece that is private in it, and that piece's canonical writing.
    """
    missed = {
        text: found_by(name, text, engine)
        for text, piece, canonical in _cases(name).EXAMPLES
        if found_by(name, text, engine) != [(piece, canonical)]
    }

    assert {} == missed


@pytest.mark.parametrize("engine", ENGINES)
@_EVERY_RECOGNISER
def test_it_leaves_what_only_looks_alike(name: str, engine: Any) -> None:
    """
    A near miss is found by nobody.
    """
    found = {text: found_by(name, text, engine) for text in _cases(name).NEAR_MISSES}

    assert {text: [] for text in found} == found


@_EVERY_RECOGNISER
@settings(max_examples=15)
@given(data=st.data())
def test_no_text_upsets_it_and_both_engines_agree(name: str, data: st.DataObject) -> None:
    """
    Around an example may stand anything: spans stay inside the text and apart, and engines agree.
    """
    before, behind = "".join(data.draw(_PIECES)), "".join(data.draw(_PIECES))
    example = data.draw(st.sampled_from([text for text, _, _ in _cases(name).EXAMPLES]))
    text = before + example + behind

    spans = spans_by(name, text)

    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert spans == spans_by(name, text, "hyperscan")
