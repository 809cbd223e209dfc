"""The facts from outside an exchange that are events of the audit log by their own names."""

NOTICES = (
    "admin.changed", "admin.read", "admin.refused", "anchor.lost", "anchor.reached",
    "audit.broken", "audit.expired", "audit.lost", "audit.not_expired", "audit.reached",
    "client.token_issued", "client.token_refused", "client.token_revoked",
    "cache.purged", "credentials.rejected", "gateway.noticed", "issuer.reachable", "issuer.unavailable",
    "key.blocked", "key.changed", "key.created", "key.removed", "key.revoked", "key.rotated", "key.unblocked",
    "limits.degraded", "log.lost", "policy.rejected", "policy.reloaded", "redis.lost", "redis.reached",
    "state.lost", "state.reached", "tenant.key_destroyed", "tls.rejected", "tls.reloaded",
)  # fmt: skip
OTHER_NOTICE = "gateway.noticed"
COMMANDED = (
    "audit.clock_confirmed", "signing.keys_replaced", "signing.keys_rotated", "state.copied",
    "state.master_key_rotated", "state.restored", "upstream.credential_kept", "upstream.credential_removed",
)  # fmt: skip
"""What only commands do: they write it down themselves, and no gateway tells of it."""
