"""What a family of metrics is."""

from gateway.telemetry.family import counter, gauge, histogram


def test_openmetrics_declares_a_counter_without_its_ending() -> None:
    """
    Its samples have the ending, as those of Prometheus have.
    """
    family = counter("gateway_asked_total", "Asked.", "who")

    assert ("gateway_asked_total", "gateway_asked", ("who",)) == (
        family.name,
        family.base_name,
        family.labels,
    )


def test_other_families_are_declared_by_their_name() -> None:
    """
    Also a gauge whose name happens to end like a counter's.
    """
    families = [gauge("gateway_sum_total", "Sum."), histogram("gateway_took", "Took.", buckets=(1.0,))]

    assert ["gateway_sum_total", "gateway_took"] == [family.base_name for family in families]
