"""
What each notice means, and how loud it is.

All that the rooms tell from outside an exchange stands here, so that an alert
or a search can be built on a list; docs/logging.md shows it, and a test
holds the sources to it.
"""

from typing import Literal, get_args

Level = Literal["debug", "info", "warning", "error"]
LEVELS: tuple[Level, ...] = get_args(Level)

NOTICES: dict[str, tuple[Level, str]] = {
    "admin.changed": ("info", "Somebody changed something over the admin API."),
    "admin.read": ("info", "Somebody looked at something over the admin API."),
    "admin.refused": ("warning", "A request to the admin API was refused."),
    "anchor.lost": ("warning", "A place outside does not take checkpoints of the audit log."),
    "anchor.reached": ("info", "It takes them again."),
    "audit.broken": (
        "error",
        "The audit log on the disk is not as it was signed, or the state store lost its keys: verify it.",
    ),
    "audit.expired": ("info", "What plans do not want kept any longer was let go, by the day's run."),
    "audit.lost": ("error", "No device takes audit records; plans that fail closed refuse requests."),
    "audit.not_expired": (
        "warning",
        "It could not be let go; it is tried again within an hour or two.",
    ),
    "audit.reached": ("info", "Audit records are written again."),
    "cache.purged": ("info", "Kept answers were thrown away by order."),
    "client.token_issued": ("debug", "A client got an access token."),
    "client.token_refused": (
        "warning",
        "A client that is known, with the right secret, may not have a token.",
    ),
    "client.token_revoked": ("info", "A client took a token back."),
    "credentials.rejected": ("warning", "An address showed so many wrong credentials that it has to wait."),
    "issuer.reachable": ("info", "An identity provider answers again."),
    "issuer.unavailable": (
        "warning",
        "An identity provider does not answer; keys that are known stay valid.",
    ),
    "key.blocked": ("info", "A key was blocked."),
    "key.changed": ("info", "A key was changed."),
    "key.created": ("info", "A key was made."),
    "key.removed": ("info", "A key that was revoked or expired long ago was removed."),
    "key.revoked": ("info", "A key was revoked for good."),
    "key.rotated": ("info", "A key got a new secret."),
    "key.unblocked": ("info", "A blocked key is valid again."),
    "limits.degraded": ("warning", "Limits were decided without Redis, as the plan says."),
    "limits.unsettled": (
        "warning",
        "Redis refuses to book what requests used; it stays reserved until then.",
    ),
    "log.lost": ("warning", "Lines of a log could not be written."),
    "policy.rejected": ("warning", "The policies on the disk are not valid; the old ones stay in force."),
    "policy.reloaded": ("info", "New policies are in force."),
    "redis.lost": ("warning", "A Redis does not answer."),
    "redis.reached": ("info", "It answers again."),
    "state.lost": ("warning", "The store of keys and settings does not answer; what is known stays valid."),
    "state.reached": ("info", "It answers again."),
    "tenant.key_destroyed": (
        "info",
        "A tenant's data key was destroyed; what it locked cannot be read again.",
    ),
    "tls.rejected": (
        "warning",
        "The renewed files of the door's certificate cannot be used; the old one stays in force.",
    ),
    "tls.reloaded": ("info", "The door shows a renewed certificate."),
    "upstream.credential_renewed": ("info", "A credential for an upstream could be had again."),
    "upstream.credential_unavailable": ("warning", "A credential for an upstream cannot be had or renewed."),
    "upstream.reachable": ("info", "There is a connection to an upstream again."),
    "upstream.unreachable": ("warning", "Three connections in a row to an upstream did not come about."),
}


def level_of(kind: str) -> Level:
    """Return how loud a notice is; one that is not known is not to be missed."""
    known = NOTICES.get(kind)
    return "warning" if known is None else known[0]
