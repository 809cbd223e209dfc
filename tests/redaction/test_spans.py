"""Which findings stand when they overlap."""

from itertools import pairwise, permutations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.redaction.spans import Span, resolve


def _a_span(start: int, end: int, score: float = 0.9, entity: str = "PHONE") -> Span:
    return Span(start, end, entity, "x", score)


_SPANS = st.lists(
    st.builds(
        lambda start, length, score: _a_span(start, start + length, score),
        st.integers(0, 40),
        st.integers(1, 12),
        st.sampled_from([0.5, 0.7, 0.9]),
    ),
    max_size=20,
)


def test_the_surer_finding_wins() -> None:
    """
    A score beats a length.
    """
    assert (_a_span(0, 5, 0.9),) == resolve([_a_span(0, 9, 0.8), _a_span(0, 5, 0.9)])


def test_of_equally_sure_findings_the_longer_wins() -> None:
    """
    The longer of two is more likely to be the whole value.
    """
    assert (_a_span(0, 9),) == resolve([_a_span(0, 5), _a_span(0, 9)])


def test_of_two_that_say_the_same_the_plain_one_wins() -> None:
    """
    So that the same text gives the same in every process.
    """
    writings = [replace(_a_span(0, 9), form=form) for form in ("base64", "plain", "spaced")]

    assert {(replace(_a_span(0, 9), form="plain"),)} == {resolve(some) for some in permutations(writings)}


def test_what_touches_does_not_overlap() -> None:
    """
    One value may begin where another ends.
    """
    assert (_a_span(0, 5), _a_span(5, 9)) == resolve([_a_span(5, 9), _a_span(0, 5)])


@given(spans=_SPANS)
def test_what_stands_is_sorted_apart_and_whatever_fell_has_a_reason(spans: list[Span]) -> None:
    """
    Each finding stands, or one at least as sure stands in its way; the order of arrival does not matter.
    """
    kept = resolve(spans)

    assert all(one.end <= other.start for one, other in pairwise(kept))
    assert kept == resolve(reversed(spans))
    for span in spans:
        assert span in kept or any(
            one.score >= span.score and one.start < span.end and span.start < one.end for one in kept
        )
