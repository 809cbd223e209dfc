from gateway.vocabulary.refusal import Blame
from gateway.wire.invalid_request import InvalidRequest


def test_an_invalid_request_is_the_callers_to_mend() -> None:
    """
    It is a 400 of OpenAI's type, with a code of its own where one tells more.
    """
    plain = InvalidRequest("No.", param="model")
    telling = InvalidRequest("No.", code="invalid_json")

    assert (400, "invalid_request", "invalid_request_error", "model", Blame.CALLER) == (
        plain.status,
        plain.code,
        plain.kind,
        plain.param,
        plain.blame,
    )
    assert ("invalid_json", None) == (telling.code, telling.param)
