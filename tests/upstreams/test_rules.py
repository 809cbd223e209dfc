"""What a document says about an upstream."""

from gateway.policy.shapes import read_shape
from gateway.upstreams.rules import TimeoutRules, UpstreamRules
from gateway.upstreams.target import Patience


def test_residency_has_no_default() -> None:
    """
    Where a server computes is the operator's word, never a guess.
    """
    _, mistakes = read_shape({"kind": "vllm", "base_url": "http://gpu:8000/v1"}, UpstreamRules)

    assert [("residency", "is missing; must be one of: external, on_premises")] == mistakes


def test_a_credential_does_not_show_itself() -> None:
    """
    A document that was read can be printed without its secret.
    """
    rules, _ = read_shape(
        {"kind": "vllm", "residency": "on_premises", "credential": "sk-upstream"}, UpstreamRules
    )

    assert rules is not None
    assert rules.credential is not None
    assert "sk-upstream" == rules.credential.reveal()
    assert "sk-upstream" not in repr(rules)


def test_the_defaults_are_those_of_a_patient_call() -> None:
    """
    A document that says nothing of time gets what `Patience` gives.
    """
    rules = TimeoutRules()
    patience = Patience()

    for name in rules.__struct_fields__:
        assert getattr(patience, name) == getattr(rules, name)
