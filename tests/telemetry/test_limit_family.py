"""What the limits decided, told as Prometheus wants it."""

from gateway.telemetry.limit_family import LimitFamily


def test_every_decision_is_a_sample() -> None:
    """
    With the names of the policy as labels.
    """
    (family,) = LimitFamily({("acme", "rpm", "refused"): 3, ("acme", "", "granted"): 5}).collect()

    assert [3, 5] == [sample.value for sample in family.samples]
    assert {"tenant": "acme", "limit": "rpm", "decision": "refused"} == family.samples[0].labels
