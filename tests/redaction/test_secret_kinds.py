"""Which kinds of value are secrets."""

from gateway.redaction.recognisers import RECOGNISERS
from gateway.redaction.secret_kinds import is_secret


def test_what_opens_something_is_a_secret() -> None:
    """
    Keys and passwords are, a person is not.
    """
    kinds = {one.entity for one in RECOGNISERS.values()}

    assert {kind for kind in kinds if is_secret(kind)} >= {"SECRET_API_KEY", "SECRET_PASSWORD"}
    assert not is_secret("PERSON")
