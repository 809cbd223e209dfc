"""Hyperscan sees what Python sees, in any text and in any thread."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.redaction.engines.hyperscan_engine import MOST_HITS, HyperscanEngine
from gateway.redaction.engines.pure_python import PurePython
from gateway.redaction.recognisers import RECOGNISERS
from gateway.redaction.shapes import gather

_ANCHORS = gather([anchor for one in RECOGNISERS.values() for anchor in one.anchors])
_FAST = HyperscanEngine(_ANCHORS)
_PATIENT = PurePython(_ANCHORS)
_TEXTS = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.text("0123456789 -./_\n", max_size=30),
        st.text("ABCdef0123456789:+/=", max_size=40),
        st.sampled_from(_ANCHORS.words),
        st.sampled_from(["\ud800", "é", "京A", "张伟", "王小明", "𝟗", "::1", "eyJ"]),
    ),
    max_size=8,
).map("".join)


@settings(max_examples=200)
@given(text=_TEXTS)
def test_both_engines_see_the_same(text: str) -> None:
    """
    Every anchor at every place, whatever the bytes between them.
    """
    # An engine is given surfaces, in which no letter lowers to ASCII by accident.
    text = text.replace("\u212a", "").replace("\u0130", "")

    assert _PATIENT.locate(text) == _FAST.locate(text)


@pytest.mark.parametrize(
    "text", ["123456", "1 2 3 4 5 6", "x123456", "é123456", "12345\ud8006123456", "a@@@@b"]
)
def test_both_engines_see_the_same_at_the_edges(text: str) -> None:
    """
    At the very start and end, behind a character of several bytes, behind half a pair.
    """
    assert _PATIENT.locate(text) == _FAST.locate(text)


def test_a_text_full_of_anchors_is_left_to_the_other_engine() -> None:
    """
    Beyond so many hits Hyperscan is stopped, and nothing is missed.
    """
    text = "@a" * (MOST_HITS + 1)

    [places] = _FAST.locate(text).values()

    assert len(text) // 2 == len(places)


def test_threads_have_scratch_space_of_their_own() -> None:
    """
    Scanning in several threads at once gives each its own answer.
    """
    texts = [f"a{'b' * number}@c {'9' * (6 + number)}" for number in range(64)]

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(_FAST.locate, texts))

    assert [_PATIENT.locate(text) for text in texts] == seen
