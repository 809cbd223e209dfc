"""What limits cost is measured with the real parts."""

import pytest

from benchmarks.limits import measure_once


@pytest.mark.slow
def test_an_exchange_runs_two_scripts_and_a_tenant_at_rest_has_three_keys() -> None:
    """
    The fourth counter, of places, is there while somebody holds one. Figures of time are not asked here.
    """
    figures = measure_once(exchanges=320, tenants=20)

    assert (2.0, 3.0) == (figures.commands_each, figures.keys_each)
    assert min(figures.redis_micros, figures.memory_micros, figures.bytes_each) > 0
