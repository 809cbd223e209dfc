"""What telemetry costs is measured with the real parts."""

import pytest

from benchmarks.telemetry import measure_exchanges, measure_pages


@pytest.mark.slow
def test_every_part_of_an_exchange_has_a_price() -> None:
    """
    Figures of time are not judged here.
    """
    figures = measure_exchanges(2000)

    assert min(figures.outcome_micros, figures.metrics_micros, figures.access_micros) > 0
    assert figures.line_micros > 0


@pytest.mark.slow
def test_a_full_page_is_the_same_each_time() -> None:
    """
    So many series, in so many turns.
    """
    (first, second) = measure_pages(2)

    assert (first.series, first.page_bytes) == (second.series, second.page_bytes)
    assert first.series > 15_000
    assert first.turns >= first.series // 500
