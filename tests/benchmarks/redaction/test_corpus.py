"""The texts that the scanner is measured with."""

from benchmarks.redaction import corpus


def test_there_are_three_hundred_templates_in_every_language_and_topic() -> None:
    """
    Chinese, English, German and mixed; customer service, finance and healthcare.
    """
    templates = corpus.all_templates()

    assert len(templates) >= 300
    assert {"zh", "en", "de", "mixed"} == {template.language for template in templates}
    assert {"customer service", "finance", "healthcare"} == {template.topic for template in templates}
    assert len(templates) == len({template.text for template in templates})


def test_no_template_is_for_tuning_and_for_the_test() -> None:
    """
    Each half has its share, and what is printed for tuning never shows the other.
    """
    share = sum(template.is_for_tuning for template in corpus.all_templates()) / len(corpus.all_templates())

    assert 0.4 < share < 0.6


def test_the_same_texts_are_made_every_time() -> None:
    """
    Figures of two days can be compared.
    """
    first, second = (list(corpus.positives(tuning=True, rounds=1)) for _ in range(2))

    assert first == second
    assert corpus.digest(first) == corpus.digest(second)
    assert corpus.digest(first) != corpus.digest(first[1:])


def test_every_truth_lies_in_its_text_and_no_slot_is_left() -> None:
    """
    In plain writing and in every disguise.
    """
    samples = [*corpus.positives(tuning=True, rounds=1), *corpus.disguised(tuning=True, rounds=1)]

    assert all(0 <= truth.start < truth.end <= len(one.text) for one in samples for truth in one.truths)
    assert len({one.form for one in samples}) >= 20
    assert not any("{name}" in one.text or "{mobile}" in one.text for one in samples)


def test_harmless_texts_have_no_truths() -> None:
    """
    Whatever is found in them is found wrongly.
    """
    samples = list(corpus.negatives(tuning=True, rounds=1))

    assert len(samples) > 20
    assert not any(one.truths for one in samples)
