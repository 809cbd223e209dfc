"""
Who is calling, from the credential in the head of a request.

What is told apart, and what is not:

    nothing sent                           401 missing_credential
    two different credentials              400 conflicting_credentials
    mistyped, unknown or revoked key       401 invalid_credential, one text for all three
    a token                                what `tokens` says of it
    key that was replaced                  401 key_rotated
    key past its date                      403 key_expired
    blocked key                            403 key_blocked
    tenant switched off or past its date   403 tenant_disabled
    the same of a project                  403 caller_disabled
    not from this address                  403 address_not_allowed
    too many wrong ones from an address    429 too_many_failures
    nobody knows, the store is silent      503 identity_unavailable

A revoked key answers like one that never was, so that a finder of an old
key learns nothing. What is named besides was its holder's rightful key, and
asks for something else than the correction of a typing error.
"""

from collections.abc import Callable, Mapping, Sequence

from gateway.identity.api_key import digest_of, has_minted_form, is_mistyped
from gateway.identity.brakes import Brakes
from gateway.identity.client_address import account_of, client_address
from gateway.identity.conditions import UNKNOWN_TEXT, Conditions, Network, check_all
from gateway.identity.keyring import KeyRecord, Keyring
from gateway.identity.refusals import (
    CallerDisabled,
    ConflictingCredentials,
    KeyRotated,
    MissingCredential,
    NotAuthenticated,
    NotKnownYet,
    TenantDisabled,
)
from gateway.identity.scopes import ADMIN_TENANT
from gateway.identity.second_look import SecondLook
from gateway.identity.tokens.token import looks_like_token
from gateway.identity.tokens.verifier import Verifier
from gateway.vocabulary.arrival import Arrival
from gateway.vocabulary.caller import Caller

FindKey = Callable[[bytes], KeyRecord | None]


def no_key(_digest: bytes) -> KeyRecord | None:
    """Know no key that was made at run time."""
    return None


class Authenticator:
    """
    Find the caller whom a credential belongs to.

    A key stands in a policy document, or `find_key` knows it, because it was
    made at run time; only what is none of these is asked whether it is a
    token, so that keys pay nothing for it. The conditions of tenant and
    project hold for all three.
    """

    def __init__(
        self,
        verifier: Verifier | None = None,
        find_key: FindKey = no_key,
        *,
        trusted_proxies: Sequence[Network] = (),
        brakes: Brakes | None = None,
        second_look: SecondLook | None = None,
    ) -> None:
        self._verifier = verifier
        self._find_key = find_key
        self._trusted_proxies = trusted_proxies
        self._brakes = brakes or Brakes()
        self._second_look = second_look

    def identify(self, arrival: Arrival, keyring: Keyring, now_wall: float) -> Caller:
        """Return the caller, or raise a refusal that says nothing of the credential."""
        credential = only_credential(arrival.headers)
        if not has_minted_form(credential):
            return self._identify_other(credential, arrival, keyring, now_wall)
        if is_mistyped(credential):
            raise self._failed(arrival)
        return self._identify_key(digest_of(credential), arrival, keyring, now_wall, is_minted=True)

    def _identify_key(
        self, digest: bytes, arrival: Arrival, keyring: Keyring, now_wall: float, *, is_minted: bool
    ) -> Caller:
        record = keyring.find(digest)
        if record is not None:
            if record.conditions:
                self._check(record.caller, record.conditions, arrival, now_wall)
            return record.caller
        record = self._find_key(digest)
        if record is None:
            look = self._second_look
            if look is not None and look.began_at <= arrival.received_at and is_minted:
                raise NotKnownYet(UNKNOWN_TEXT, look.taken)
            raise self._failed(arrival)
        standing = standing_of(record.caller, keyring)
        if standing or record.conditions:
            self._check(record.caller, (*standing, *record.conditions), arrival, now_wall)
        return record.caller

    def _identify_other(
        self, credential: bytes, arrival: Arrival, keyring: Keyring, now_wall: float
    ) -> Caller:
        """Identify a token, or by a key that a person chose and another might guess."""
        digest = digest_of(credential)
        if self._verifier is not None and looks_like_token(credential) and keyring.find(digest) is None:
            caller = self._verifier.identify(digest, credential, keyring.issuers, now_wall)
            standing = standing_of(caller, keyring)
            if standing:
                self._check(caller, standing, arrival, now_wall)
            return caller
        if self._brakes.failures:
            self._brakes.check(self._address(arrival), arrival.received_at)
        return self._identify_key(digest, arrival, keyring, now_wall, is_minted=False)

    def _check(
        self, caller: Caller, conditions: Sequence[Conditions], arrival: Arrival, now_wall: float
    ) -> None:
        address = client_address(arrival.peer, arrival.headers, self._trusted_proxies)
        try:
            check_all(conditions, address, now_wall)
        except (CallerDisabled, KeyRotated) as refusal:
            refusal.caller = caller
            raise

    def _failed(self, arrival: Arrival) -> NotAuthenticated:
        """Count a failure and return its refusal, or raise the one for having failed too often."""
        address = self._address(arrival)
        self._brakes.check(address, arrival.received_at)
        self._brakes.failed(address, arrival.received_at)
        return NotAuthenticated(UNKNOWN_TEXT)

    def _address(self, arrival: Arrival) -> str:
        return account_of(client_address(arrival.peer, arrival.headers, self._trusted_proxies))


def standing_of(caller: Caller, keyring: Keyring) -> tuple[Conditions, ...]:
    """Return what policy asks of a caller's tenant and project; refuse those that are there no more."""
    projects = keyring.standings.get(caller.tenant)
    if projects is None:
        if caller.tenant == ADMIN_TENANT:
            return ()
        raise TenantDisabled(
            "The tenant of this credential is in no policy that is in force: removed, or not read yet."
        )
    standing = projects.get(caller.project)
    if standing is None:
        raise CallerDisabled(
            "The project of this credential is in no policy that is in force: removed, or not read yet."
        )
    return standing


def only_credential(headers: Mapping[bytes, bytes]) -> bytes:
    """Return the one credential in a head; refuse none, and several different ones."""
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
