"""What policy turns away says why, and nothing it should not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.refusals import ResidencyUnavailable, UnknownModel, UpstreamUnconfigured
from gateway.vocabulary.refusal import Refusal


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (UnknownModel.named("gpt-9"), (404, "model_not_found", "invalid_request_error", "model")),
        (ResidencyUnavailable.for_model("m"), (403, "residency_unavailable", "permission_error", "model")),
        (UpstreamUnconfigured.for_model("m"), (503, "upstream_unconfigured", "api_error", "model")),
    ],
)
def test_a_refusal_has_its_documented_shape(refusal: Refusal, expected: tuple[int, str, str, str]) -> None:
    """
    Status, code, kind and field are stable.
    """
    assert expected == (refusal.status, refusal.code, refusal.kind, refusal.param)
    assert refusal.should_retry is False


def test_an_unknown_model_names_the_way_out() -> None:
    """
    The message has the name that was asked for and where the list is.
    """
    message = UnknownModel.named("gpt-9").message

    assert "'gpt-9'" in message
    assert "GET /v1/models" in message


@given(st.text())
def test_what_a_stranger_typed_is_shown_bounded_and_printable(name: str) -> None:
    """
    No name makes the message long or unprintable.
    """
    message = UnknownModel.named(name).message

    assert message.isprintable()
    assert len(message) < 256
