"""Which events tell that something went wrong, as systems that take them in want to know."""

_FAILED = frozenset(
    {"request.failed", "request.blocked", "request.cancelled", "policy.rejected", "credentials.rejected",
     "admin.refused", "client.token_refused", "log.gap", "tls.rejected", "anchor.lost", "audit.lost",
     "audit.broken", "issuer.unavailable", "limits.degraded", "log.lost", "redis.lost", "state.lost"}
)  # fmt: skip


def has_failed(event: str) -> bool:
    """Return whether an event is a failure."""
    return event in _FAILED
