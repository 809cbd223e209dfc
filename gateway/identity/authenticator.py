"""
Who is calling, from the credential in the head of a request.

What is told apart, and what is not:

    nothing sent                        401 missing_credential
    two different credentials           400 conflicting_credentials
    mistyped, unknown or disabled key   401 invalid_credential, one text for all three
    a token                             what `tokens` says of it
    key past its date                   403 key_expired
    key of a disabled tenant            403 tenant_disabled

A disabled key answers like one that never was, so that a finder of an old
key learns nothing. An expired key and a disabled tenant are named: who holds
such a key was its rightful owner, and has to ask for something else than a
correction of a typing error.
"""

from collections.abc import Mapping

from gateway.identity.api_key import digest_of, is_mistyped
from gateway.identity.keyring import KeyRecord, Keyring
from gateway.identity.tokens.token import looks_like_token
from gateway.identity.tokens.verifier import Verifier
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.refusal import Blame, Refusal

_CHALLENGE: Mapping[str, str] = {"www-authenticate": "Bearer"}


class NotAuthenticated(Refusal):
    """The caller has not shown a credential that we know."""

    status, code, kind, blame = 401, "invalid_credential", "authentication_error", Blame.CALLER
    should_retry = False
    extra_headers = _CHALLENGE


class MissingCredential(NotAuthenticated):
    """The caller has shown no credential at all."""

    code = "missing_credential"


class ConflictingCredentials(Refusal):
    """The caller has shown two different credentials, and we do not choose."""

    status, code, kind, blame = 400, "conflicting_credentials", "invalid_request_error", Blame.CALLER
    should_retry = False


class CallerDisabled(Refusal):
    """The caller is known, but may not come in any more."""

    status, code, kind, blame = 403, "caller_disabled", "permission_error", Blame.CALLER
    should_retry = False


class TenantDisabled(CallerDisabled):
    """The tenant whose key this is has been switched off."""

    code = "tenant_disabled"


class KeyExpired(CallerDisabled):
    """The key was good until its date."""

    code = "key_expired"


class Authenticator:
    """
    Find the caller whom a credential belongs to.

    Whatever stands in the keyring is a key, whatever it looks like; only what
    does not is asked whether it is a token, so that keys pay nothing for it.
    """

    def __init__(self, verifier: Verifier | None = None) -> None:
        self._verifier = verifier

    def identify(self, headers: Mapping[bytes, bytes], keyring: Keyring, now_wall: float) -> Caller:
        """Return the caller, or raise a refusal that says nothing of the credential."""
        credential = _only_credential(headers)
        digest = digest_of(credential)
        record = None if is_mistyped(credential) else keyring.find(digest)
        if record is None and self._verifier is not None and looks_like_token(credential):
            return self._verifier.identify(digest, credential, keyring.issuers, now_wall)
        if record is None or record.disabled:
            raise NotAuthenticated(
                "The API key is not valid. Check that it is whole and has not been revoked."
            )
        if record.tenant_disabled or record.expires_at is not None:
            _refuse_late(record, now_wall)
        return record.caller


def _only_credential(headers: Mapping[bytes, bytes]) -> bytes:
    field = headers.get(b"authorization", b"")
    shown = field[7:].strip() if field[:7].lower() == b"bearer " else b""
    for other in (headers.get(b"x-api-key"), headers.get(b"api-key")):
        if other is not None and (other := other.strip()):
            if shown and other != shown:
                raise ConflictingCredentials(
                    "Several different API keys were sent; send one, in one of "
                    "'Authorization: Bearer', 'x-api-key' or 'api-key'."
                )
            shown = other
    if not shown:
        raise MissingCredential(
            "No API key was sent. Send it as 'Authorization: Bearer <key>', 'x-api-key' or 'api-key'."
        )
    return shown


def _refuse_late(record: KeyRecord, now_wall: float) -> None:
    if record.tenant_disabled:
        raise TenantDisabled("The tenant of this API key is disabled. Ask the operator of this gateway.")
    if record.expires_at is not None and record.expires_at <= now_wall:
        raise KeyExpired("This API key has expired. Ask the operator of this gateway for a new one.")
