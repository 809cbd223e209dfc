"""Sentences that are marked by hand."""

from benchmarks.redaction.fresh import fresh


def test_there_are_many_in_every_language_and_some_without_anything() -> None:
    """
    Chinese, English, German, mixed, and hard negatives.
    """
    counts: dict[str, int] = {}
    for sample in fresh():
        counts[sample.language] = counts.get(sample.language, 0) + 1

    assert {"zh": 55, "en": 35, "de": 20, "mixed": 13, "negatives": 45} == counts
    assert not any(sample.truths for sample in fresh() if sample.language == "negatives")


def test_every_mark_is_taken_off_and_says_where_the_value_is() -> None:
    """
    What remains is what somebody would have written.
    """
    samples = list(fresh())

    assert not any(set("⟦⟧|") & set(sample.text) for sample in samples)
    assert all(one.text[truth.start : truth.end].strip() for one in samples for truth in one.truths)
    assert "13906218847" in {one.text[truth.start : truth.end] for one in samples for truth in one.truths}
