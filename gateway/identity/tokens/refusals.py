"""What a caller with a token is turned away for."""

from collections.abc import Mapping

from gateway.vocabulary.refusal import Blame, Refusal

_CHALLENGE: Mapping[str, str] = {"www-authenticate": 'Bearer error="invalid_token"'}


class InvalidToken(Refusal):
    """A token that proves nothing (RFC 6750 3.1)."""

    status, code, kind, blame = 401, "invalid_token", "authentication_error", Blame.CALLER
    should_retry = False
    extra_headers = _CHALLENGE


class TokenExpired(InvalidToken):
    """A token that was good until its time."""

    code = "token_expired"


class TokenUnmapped(Refusal):
    """A good token, whose bearer policy gives no place."""

    status, code, kind, blame = 403, "token_unmapped", "permission_error", Blame.CALLER
    should_retry = False


class IssuerUnavailable(Refusal):
    """The keys of the token's issuer cannot be fetched, so nobody can say whether it is good."""

    status, code, blame = 503, "issuer_unavailable", Blame.GATEWAY
