"""What a document says about a key."""

import pytest

from gateway.identity.api_key import digest_of, hash_of
from gateway.identity.rules import KeyRules, moment


def test_a_documented_hash_is_what_the_keyring_looks_for() -> None:
    """
    The hash in a document and the digest of a credential are the same thing.
    """
    rules = KeyRules(id="one", hash=hash_of("some chosen key"))

    assert digest_of(b"some chosen key") == rules.digest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2027-12-31", 1830211200.0),
        ("2027-12-31T00:00:00", 1830211200.0),
        ("2027-12-31T00:00:00Z", 1830211200.0),
        ("2027-12-31 01:00:00+01:00", 1830211200.0),
    ],
)
def test_a_moment_without_an_offset_is_utc(text: str, expected: float) -> None:
    """
    A date, a local-looking time and a time with offset can name one moment.
    """
    assert expected == moment(text)


@pytest.mark.parametrize("text", ["", "soon", "31.12.2027", "2027-02-30"])
def test_what_is_no_date_is_refused(text: str) -> None:
    """
    A text that names no moment is an error, not a guess.
    """
    with pytest.raises(ValueError, match=r".+"):
        moment(text)
