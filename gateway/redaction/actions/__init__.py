"""Every action, by the name that policy calls it."""

from gateway.redaction.action import Action
from gateway.redaction.actions.allow import ALLOW
from gateway.redaction.actions.block import BLOCK
from gateway.redaction.actions.hash import HASH
from gateway.redaction.actions.log_only import LOG_ONLY
from gateway.redaction.actions.mask import MASK
from gateway.redaction.actions.pseudonymise import PSEUDONYMISE
from gateway.redaction.actions.redact import REDACT
from gateway.redaction.actions.route_local import ROUTE_LOCAL
from gateway.redaction.actions.surrogate import SURROGATE

ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        ALLOW,
        LOG_ONLY,
        SURROGATE,
        PSEUDONYMISE,
        HASH,
        MASK,
        REDACT,
        ROUTE_LOCAL,
        BLOCK,
    )
}
