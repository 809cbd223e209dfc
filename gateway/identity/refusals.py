"""Why a caller is not let in, or not let do it; docs/authentication.md says what is told apart."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Self

from gateway.vocabulary.caller import Caller
from gateway.vocabulary.refusal import Blame, Refusal

_CHALLENGE: Mapping[str, str] = {"www-authenticate": "Bearer"}


class NotAuthenticated(Refusal):
    """The caller has not shown a credential that we know."""

    status, code, kind, blame = 401, "invalid_credential", "authentication_error", Blame.CALLER
    should_retry = False
    extra_headers = _CHALLENGE


class NotKnownYet(NotAuthenticated):
    """The key may be known in a moment: await `arrival` and ask again, or let it be a refusal."""

    def __init__(self, message: str, arrival: Callable[[], Awaitable[None]]) -> None:
        super().__init__(message)
        self.arrival = arrival


class MissingCredential(NotAuthenticated):
    """The caller has shown no credential at all."""

    code = "missing_credential"


class KeyRotated(NotAuthenticated):
    """The key was replaced, and the time for changing over has passed; `caller` is whose it is."""

    code = "key_rotated"
    caller: Caller | None = None


class ConflictingCredentials(Refusal):
    """The caller has shown two different credentials, and we do not choose."""

    status, code, kind, blame = 400, "conflicting_credentials", "invalid_request_error", Blame.CALLER
    should_retry = False


class CallerDisabled(Refusal):
    """The caller is known, but may not come in any more; `caller` is who, for those who write it down."""

    status, code, kind, blame = 403, "caller_disabled", "permission_error", Blame.CALLER
    should_retry = False
    caller: Caller | None = None


class TenantDisabled(CallerDisabled):
    """The tenant whose credential this is has been switched off."""

    code = "tenant_disabled"


class KeyExpired(CallerDisabled):
    """The key was good until its date."""

    code = "key_expired"


class KeyBlocked(CallerDisabled):
    """The key is blocked until someone unblocks it."""

    code = "key_blocked"


class AddressNotAllowed(CallerDisabled):
    """The credential is good, but not from where the caller is."""

    code = "address_not_allowed"


class InsufficientScope(Refusal):
    """The credential is good, but not for this (RFC 6750 3.1)."""

    status, code, kind, blame = 403, "insufficient_scope", "permission_error", Blame.CALLER
    should_retry = False

    @classmethod
    def wanting(cls, scope: str) -> Self:
        """Refuse for want of this scope."""
        refusal = cls(
            f"This credential has not the scope '{scope}', which is needed here. "
            "Ask the operator of this gateway for one that has it."
        )
        refusal.extra_headers = {"www-authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'}
        return refusal


class TooManyFailures(Refusal):
    """From this address came too many credentials that were none."""

    status, code, kind, blame = 429, "too_many_failures", "rate_limit_error", Blame.CALLER


class StandingUnknown(Refusal):
    """The state store has been silent for too long to say whether this key still counts."""

    status, code, blame = 503, "identity_unavailable", Blame.GATEWAY
