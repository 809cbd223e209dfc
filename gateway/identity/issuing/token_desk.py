"""The desk where clients get tokens, ask about them and give them back."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import jwt
from msgspec import structs

from gateway.foundation.addresses import Address
from gateway.foundation.clock import Clock
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.state_store import StateUnavailable
from gateway.identity.authenticator import standing_of as standing_of_caller
from gateway.identity.brakes import Brakes
from gateway.identity.client_address import account_of
from gateway.identity.clients import ClientRecord, find_client, is_minted_secret
from gateway.identity.conditions import check_all
from gateway.identity.issuing.access_token import TYPE, Standing, claims_for, standing_of
from gateway.identity.issuing.errors import OAuthError, TooManyAttempts
from gateway.identity.issuing.form import Shown, wanted_scopes
from gateway.identity.issuing.revocations import Revocations, TooManyRevoked
from gateway.identity.issuing.signing_keys import NoSigner, SigningKeys
from gateway.identity.keyring import Keyring
from gateway.identity.refusals import StandingUnknown, TooManyFailures
from gateway.identity.scopes import NOTHING
from gateway.identity.tokens.refusals import InvalidToken
from gateway.identity.tokens.token import Malformed, SentToken, take_apart
from gateway.identity.tokens.trust import Issuers, Verdict
from gateway.vocabulary.notice import Listener, Notice
from gateway.vocabulary.refusal import Refusal

_TOKEN_ID_BYTES = 16
_LOOK_SECONDS = 60.0
_TRY_AGAIN_SECONDS = 5.0


class TokenDesk:
    """
    Issue, introspect, revoke; and accept our own tokens when callers show them.

    `keyring` tells the present policy. Keys are renewed and old revocations
    swept beside the requests, at most once a minute.
    """

    def __init__(
        self,
        name: str,
        *,
        source: SigningKeys,
        revocations: Revocations,
        keyring: Callable[[], Keyring],
        brakes: Brakes,
        clock: Clock,
        tasks: LastTasks,
        listeners: Sequence[Listener] = (),
    ) -> None:
        self.name = name
        self.source = source
        self._revocations = revocations
        self._keyring = keyring
        self._brakes = brakes
        self._clock = clock
        self._tasks = tasks
        self._listeners = listeners
        self._look_at = 0.0

    def scopes(self) -> list[str]:
        """Return every scope that some client may ask for."""
        return sorted(
            {scope for client in self._keyring().issuers.clients.values() for scope in client.scopes}
        )

    def authenticate(self, shown: Shown, address: Address | None) -> ClientRecord:
        """Return the client that was shown, or raise `OAuthError` and count it against its address."""
        now, account = self._clock.wall(), account_of(address)
        if not any(map(is_minted_secret, shown.secrets)):
            self._brake(account)
        keyring = self._keyring()
        client = find_client(keyring.issuers.clients, shown.client_id, shown.secrets, now)
        if client is None:
            self._brake(account)
            self._brakes.failed(account, self._clock.monotonic())
            raise OAuthError("invalid_client", "The client is not known, or its secret is wrong.")
        try:
            check_all(standing_of_caller(client.caller, keyring), address, now)
        except Refusal as refusal:
            self._tell("client.token_refused", client, {"reason": refusal.code})
            raise OAuthError("unauthorized_client", refusal.message) from refusal
        return client

    def issue(self, client: ClientRecord, form: Mapping[str, str]) -> dict[str, Any]:
        """Return the answer to a request for a token (RFC 6749 5.1), or raise `OAuthError`."""
        if form.get("grant_type") != "client_credentials":
            raise OAuthError(
                "unsupported_grant_type" if "grant_type" in form else "invalid_request",
                "Only grant_type=client_credentials is known here.",
            )
        scopes = wanted_scopes(form, client.scopes)
        self._look_after()
        claims = claims_for(
            self.name,
            client,
            scopes,
            token_id=secrets.token_urlsafe(_TOKEN_ID_BYTES),
            now_wall=self._clock.wall(),
        )
        token = self._sign(client.algorithm, claims)
        self._tell("client.token_issued", client, _told_of(claims))
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": client.token_seconds,
            "scope": claims["scope"],
        }

    def introspect(self, client: ClientRecord, token: str) -> dict[str, Any]:
        """Return what a token of the client's own tenant is worth (RFC 7662 2.2); of any other, nothing."""
        try:
            sent, standing = self._standing(token)
            self._check_project(standing.client)
        except (Refusal, Malformed):
            return {"active": False}
        if standing.client.caller.tenant != client.caller.tenant or standing.token_id in self._revocations:
            return {"active": False}
        names = ("iss", "aud", "sub", "client_id", "iat", "exp", "jti")
        return {
            "active": True,
            "token_type": "Bearer",
            "scope": " ".join(sorted(standing.scopes)),
            **{name: sent.claims[name] for name in names},
        }

    async def revoke(self, client: ClientRecord, token: str) -> None:
        """Take a token back (RFC 7009 2.1); what is none, or not good any more, is none the worse for it."""
        try:
            sent, standing = self._standing(token)
        except (Refusal, Malformed):
            return
        if standing.client.client_id != client.client_id:
            raise OAuthError("unauthorized_client", "The token belongs to another client.")
        if standing.token_id in self._revocations:
            return
        try:
            await self._revocations.add(standing.token_id, client.client_id, standing.ends_at)
        except (StateUnavailable, TooManyRevoked) as error:
            raise _later("The token cannot be revoked now. Try again shortly.") from error
        self._tell("client.token_revoked", client, _told_of(sent.claims))

    def accept(self, token: SentToken, issuers: Issuers, now_wall: float) -> Verdict:
        """Return whose token of ours this is, its signature being good; raise a `Refusal`."""
        standing = standing_of(token, self.name, issuers.clients, now_wall)
        if standing.token_id in self._revocations:
            raise InvalidToken("The token was revoked. Get a new one.")
        caller = replace(standing.client.caller, scopes=standing.scopes or NOTHING)
        return Verdict(caller, standing.good_until, standing.token_id)

    def _check_project(self, client: ClientRecord) -> None:
        """Raise the refusal that every caller with a token of this client gets, wherever they are."""
        asked = standing_of_caller(client.caller, self._keyring())
        check_all((structs.replace(one, networks=None) for one in asked), None, self._clock.wall())

    def _brake(self, account: str) -> None:
        try:
            self._brakes.check(account, self._clock.monotonic())
        except TooManyFailures as error:
            raise TooManyAttempts(error.retry_after or 1.0) from error

    def _standing(self, text: str) -> tuple[SentToken, Standing]:
        now = self._clock.wall()
        token = take_apart(text.encode("utf-8", "surrogatepass"))
        try:
            key = self.source.find(token.key_id, token.algorithm, now)
        except StandingUnknown as unknown:
            # Neither "revoked" nor "not active" would be true.
            raise _later(unknown.message) from unknown
        if key is None or not key.has_signed(token.algorithm, token.signed, token.signature):
            raise InvalidToken("The token is none of this gateway.")
        return token, standing_of(token, self.name, self._keyring().issuers.clients, now)

    def _sign(self, algorithm: str, claims: dict[str, Any]) -> str:
        try:
            signer = self.source.signer(algorithm)
        except NoSigner as error:
            self._look_at = 0.0
            raise _later("No token can be signed now. Try again shortly.") from error
        headers = {"kid": signer.key_id, "typ": TYPE}
        return jwt.encode(claims, signer.private, algorithm=algorithm, headers=headers)

    def _look_after(self) -> None:
        now = self._clock.monotonic()
        if now >= self._look_at:
            self._look_at = now + _LOOK_SECONDS
            self._tasks.start(self._renew())

    async def _renew(self) -> None:
        algorithms = self._keyring().issuers.algorithms
        try:
            if self.source.is_due(algorithms):
                await self.source.ensure(algorithms)
            await self._revocations.sweep()
        except StateUnavailable:
            # The keys that are there go on signing; the store is asked again in a minute.
            return

    def _tell(self, kind: str, client: ClientRecord, about: Mapping[str, str]) -> None:
        facts = {"client": client.client_id, "tenant": client.caller.tenant, **about}
        for listener in self._listeners:
            listener.noticed(Notice(kind, facts))


def _told_of(claims: Mapping[str, Any]) -> dict[str, str]:
    return {"token_id": claims["jti"], "scope": claims["scope"]}


def _later(description: str) -> OAuthError:
    return OAuthError("temporarily_unavailable", description, retry_after=_TRY_AGAIN_SECONDS)
