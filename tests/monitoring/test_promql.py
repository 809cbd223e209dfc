"""What an expression in PromQL reads, and what is wrong with it."""

import pytest

from monitoring.promql import SCRAPED, Series, read_expression

_KNOWN = {
    "hits_total": Series(SCRAPED | {"tenant", "status"}),
    "limits": Series(SCRAPED | {"tenant"}),
    "wait_bucket": Series(SCRAPED | {"model", "le"}, frozenset({"1.0", "5.0", "+Inf"})),
}


@pytest.mark.parametrize(
    ("expression", "labels"),
    [
        ("hits_total", {"tenant", "status", "job", "instance"}),
        ("sum(rate(hits_total[5m]))", set()),
        ("sum by (tenant) (rate(hits_total[5m]))", {"tenant"}),
        ("sum without (job, instance) (hits_total)", {"tenant", "status"}),
        ("topk(3, sum by (tenant) (hits_total))", {"tenant"}),
        ("histogram_quantile(0.9, sum by (le, model) (rate(wait_bucket[5m])))", {"model"}),
        ("time() - sum by (tenant) (hits_total)", {"tenant"}),
        ("sum by (tenant) (hits_total) / sum by (tenant) (limits) > 2", {"tenant"}),
        ("hits_total and on (tenant) limits", {"tenant", "status", "job", "instance"}),
        ("hits_total / on (tenant) group_left () limits", {"tenant", "status", "job", "instance"}),
        ("hits_total / on (tenant) limits", {"tenant"}),
        ("sum(limits) or vector(0)", set()),
        ("max_over_time(sum by (tenant) (limits)[1h:1m])", {"tenant"}),
        ("-(limits)", {"tenant", "job", "instance"}),
        ("absent(limits)", set()),
    ],
)
def test_the_labels_of_a_result_are_known(expression: str, labels: set[str]) -> None:
    """
    They come from the series, and aggregations and matches leave some of them.
    """
    reading = read_expression(expression, _KNOWN)

    assert ((), frozenset(labels)) == (reading.faults, reading.labels)


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("rate(hits_total[5m]", "does not parse"),
        ("rate(hit_total[5m])", "no metric 'hit_total'"),
        ('hits_total{tennant="a"}', "hits_total has no label 'tennant'"),
        ("sum by (model) (hits_total)", "sum has no label 'model'"),
        ('rate(wait_bucket{le="5"}[5m])', "wait_bucket has no bucket '5'"),
        ("histogram_quantile(0.9, limits)", "histogram_quantile has no label 'le'"),
        ("hits_total / on (status) group_left () limits", "the right side has no label 'status'"),
        ("limits * on (status) hits_total", "the left side has no label 'status'"),
        ("sum(hits_total) / limits", "the sides of / have different labels and never match"),
        ("max_over_time(hit_total[1h:1m])", "no metric 'hit_total'"),
    ],
)
def test_what_asks_for_something_that_is_not_there_is_found(expression: str, fault: str) -> None:
    """
    A wrong name, label, bucket or match is named.
    """
    reading = read_expression(expression, _KNOWN)

    (found,) = reading.faults
    assert found.startswith(fault)


def test_the_metrics_that_an_expression_reads_are_listed() -> None:
    """
    Each one once, wherever it stands.
    """
    reading = read_expression("sum(hits_total) / (sum(limits) + sum(hits_total))", _KNOWN)

    assert {"hits_total", "limits"} == reading.metrics
