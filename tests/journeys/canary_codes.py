"""Every code that a caller can be told: which canary test forces it, or why none does."""

from collections.abc import Mapping

FORCED: Mapping[str, frozenset[str]] = {
    "test_canary": frozenset({
        "body_incomplete", "body_too_large", "conflicting_credentials", "content_risk",
        "context_length_exceeded", "headers_too_large",
        "http_version_unsupported", "invalid_cache_directive", "invalid_credential", "invalid_http",
        "invalid_json", "invalid_request", "invalid_token", "limits_unavailable", "method_not_allowed",
        "missing_credential", "model_not_found", "request_line_too_long", "unknown_path",
        "thread_unsupported", "unsupported_encoding", "unsupported_image_url", "upstream_balance_exhausted",
        "upstream_broke",
        "upstream_credential_rejected", "upstream_error", "upstream_misconfigured", "upstream_overloaded",
        "upstream_rate_limited", "upstream_rejected", "upstream_timeout", "upstream_unsupported",
    }),
    "test_canary_policies": frozenset({
        "address_not_allowed", "answer_blocked", "budget_exhausted", "key_expired", "parameter_above_plan",
        "private_data_blocked", "rate_limit_exceeded", "redaction_too_large", "request_exceeds_limit",
        "residency_unavailable", "tenant_disabled", "too_many_failures", "unreadable_content_blocked",
        "upstream_broke", "upstream_error", "upstream_unreachable",
    }),
    "test_canary_faults": frozenset({"internal_error", "private_data_left", "redaction_failed"}),
    "test_canary_disks": frozenset({
        "audit_unavailable", "identity_unavailable", "state_unavailable", "upstream_error",
    }),
    "test_canary_redis": frozenset({
        "identity_unavailable", "internal_error", "limits_unavailable", "state_unavailable",
    }),
    "test_canary_tokens": frozenset({
        "caller_disabled", "insufficient_scope", "invalid_credential", "invalid_token", "issuer_unavailable",
        "token_expired", "token_unmapped", "upstream_credential_rejected", "upstream_credential_unavailable",
        "upstream_unreachable",
    }),
    "test_canary_operators": frozenset({
        "audit_search_unavailable", "insufficient_scope", "invalid_request", "key_blocked", "key_rotated",
        "not_found", "state_conflict", "tls_required",
    }),
    "test_canary_endings": frozenset({
        "fell_behind", "head_timeout", "shutting_down", "upstream_busy", "upstream_unconfigured",
    }),
    "test_canary_endings, two workers": frozenset({"metrics_unavailable", "shared_answer_lost"}),
}  # fmt: skip

NOT_FORCED: Mapping[str, str] = {
    "body_timeout": "The door waits a minute for a body, and has read nothing of it then; "
    "tests/edge/test_connection_patience.py waits with less patience.",
    "verification_running": "An auditor asks, and no request of a caller is near; "
    "tests/edge/admin/test_audit.py asks with other pins, and is told of the other check.",
}
