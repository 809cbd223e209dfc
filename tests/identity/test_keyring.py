"""A keyring knows credentials by their digest."""

from gateway.identity.api_key import digest_of
from gateway.identity.keyring import KeyRecord, Keyring
from gateway.vocabulary.caller import Caller

_RECORD = KeyRecord(digest_of(b"known key"), Caller("acme", "default", "one", "api_key"))


def test_a_known_credential_is_found() -> None:
    """
    The record comes back as it was put in.
    """
    keyring = Keyring([_RECORD])

    assert _RECORD is keyring.find(digest_of(b"known key"))
    assert 1 == len(keyring)


def test_an_unknown_credential_is_not_found() -> None:
    """
    Neither another digest nor a piece of the right one finds anything.
    """
    keyring = Keyring([_RECORD])

    assert keyring.find(digest_of(b"other key")) is None
    assert keyring.find(_RECORD.digest[:16]) is None
