"""What a credential is good for: scopes, and the roles that bundle them."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from gateway.identity.refusals import InsufficientScope
from gateway.vocabulary.caller import Caller

CHAT = "chat"
MODELS = "models"
ADMIN_READ = "admin:read"
ADMIN_KEYS = "admin:keys"
ADMIN_POLICY = "admin:policy"
ADMIN_AUDIT = "admin:audit"
ADMIN_OWNER = "admin:owner"

NOTHING = frozenset({"none"})
"""What a credential has that is good for nothing; without any scope it would be good for chat."""

ADMIN_TENANT = "_gateway"
"""The tenant of those who administer all tenants; no document can name it."""

SCOPES: Mapping[str, str] = {
    CHAT: "ask models",
    MODELS: "list models",
    ADMIN_READ: "see tenants, keys and settings, without any secret",
    ADMIN_KEYS: "make, change, rotate, block and revoke keys",
    ADMIN_POLICY: "have the policies read again",
    ADMIN_AUDIT: "read audit records",
    ADMIN_OWNER: "give and take what administrators may do, and destroy a tenant's key",
}
ROLES: Mapping[str, frozenset[str]] = {
    "owner": frozenset({ADMIN_READ, ADMIN_KEYS, ADMIN_POLICY, ADMIN_AUDIT, ADMIN_OWNER}),
    "operator": frozenset({ADMIN_READ, ADMIN_KEYS, ADMIN_POLICY}),
    "auditor": frozenset({ADMIN_READ, ADMIN_AUDIT}),
    "tenant_admin": frozenset({ADMIN_READ, ADMIN_KEYS}),
}
# What needs no scope to be said, and the scope that includes it. Who may ask models may list them.
_OPEN = {CHAT: CHAT, MODELS: CHAT}
_ALIKE = 0.55
"""How much of two names is the same where one is taken for a slip of the other: `chat:wriet` for `chat`."""


def require(caller: Caller, scope: str) -> None:
    """
    Refuse a caller who has not this scope.

    A credential without any scope may ask models and list them, and nothing
    else; what administers is always said.
    """
    scopes = caller.scopes
    if scope in scopes or (scope in _OPEN and (not scopes or _OPEN[scope] in scopes)):
        return
    raise InsufficientScope.wanting(scope)


def scope_objections(named: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield place and reason of every scope that there is not; it would be good for nothing, silently."""
    for place, scope in enumerate(named):
        if scope not in SCOPES:
            close = get_close_matches(scope[:64], SCOPES, n=1, cutoff=_ALIKE)
            hint = f" did you mean '{close[0]}'?" if close else ""
            yield place, f"{scope[:64]!r} is no scope;{hint} there are {', '.join(SCOPES)}"
