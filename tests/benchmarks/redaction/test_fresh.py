"""Sentences that are marked by hand."""

from collections import Counter

from benchmarks.redaction.fresh import fresh


def test_there_are_many_in_every_language_and_some_without_anything() -> None:
    """
    Chinese, English, German, mixed, and hard negatives.
    """
    first, later = ([sample.language for sample in fresh(lot)] for lot in ("fresh", "later"))

    assert {"zh": 55, "en": 35, "de": 20, "mixed": 13, "negatives": 45} == Counter(first)
    assert {"zh": 18, "en": 14, "de": 8, "mixed": 4, "negatives": 12} == Counter(later)
    assert not any(sample.truths for sample in fresh() if sample.language == "negatives")


def test_every_mark_is_taken_off_and_says_where_the_value_is() -> None:
    """
    What remains is what somebody would have written.
    """
    samples = [*fresh(), *fresh("later")]

    assert not any(set("⟦⟧|") & set(sample.text) for sample in samples)
    assert all(one.text[truth.start : truth.end].strip() for one in samples for truth in one.truths)
    assert "13906218847" in {one.text[truth.start : truth.end] for one in samples for truth in one.truths}
