"""
Every metric of the gateway.

All that is exported takes its name from here, and docs/metrics.md, the
dashboards and the alerts are checked against it. Labels are names of the
policy, of which tenants are capped (`TenantNames`), or short lists of ours:
never what a caller typed, and nobody's name.
"""

from gateway.telemetry.family import Family, counter, gauge, histogram, money

# Thinking takes minutes: where a model is waited for, the buckets reach 600 seconds.
ANSWER_SECONDS = (
    0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0, 600.0,
)  # fmt: skip
TOKEN_SECONDS = (0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1.0, 5.0, 60.0, 600.0)
OWN_SECONDS = (
    0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0, 60.0, 600.0,
)  # fmt: skip

REQUESTS = counter(
    "gateway_requests_total",
    "Exchanges that ended, by what the caller was sent and how it ended.",
    "tenant", "model", "status", "ending",
)  # fmt: skip
REQUEST_DURATION = histogram(
    "gateway_request_duration_seconds",
    "From the head of a request to the last byte of its answer.",
    "model", "mode", buckets=ANSWER_SECONDS,
)  # fmt: skip
FIRST_TOKEN = histogram(
    "gateway_first_token_seconds",
    "From the head of a request to the first frame of its answer.",
    "model", "mode", buckets=ANSWER_SECONDS,
)  # fmt: skip
OUTPUT_TOKEN = histogram(
    "gateway_output_token_seconds",
    "Time for each token of a stream after the first, one observation for each whole stream.",
    "model", buckets=TOKEN_SECONDS,
)  # fmt: skip
OVERHEAD = histogram(
    "gateway_overhead_seconds",
    "What the gateway added to an answer: its duration without the waits for the request and for upstreams.",
    "model", "mode", buckets=OWN_SECONDS,
)  # fmt: skip
TOKENS = counter(
    "gateway_tokens_total",
    "Tokens of answers: cache_hit and cache_miss make the prompt, reasoning is part of completion.",
    "tenant", "model", "type",
)  # fmt: skip
COST = money(
    "gateway_cost_total", "What answers cost, in whole units of the currency.", "tenant", "model", "currency"
)
IN_FLIGHT = gauge("gateway_requests_in_flight", "Exchanges that run now.")

UPSTREAM_ATTEMPTS = counter(
    "gateway_upstream_attempts_total", "Tries at an upstream, whatever came of them.", "upstream"
)
UPSTREAM_ERRORS = counter(
    "gateway_upstream_errors_total",
    "Tries at an upstream that gave no whole answer, by stable error code.",
    "upstream", "code",
)  # fmt: skip
UPSTREAM_DURATION = histogram(
    "gateway_upstream_duration_seconds",
    "From the beginning of a try at an upstream to its end.",
    "upstream", buckets=ANSWER_SECONDS,
)  # fmt: skip
UPSTREAM_FIRST_TOKEN = histogram(
    "gateway_upstream_first_token_seconds",
    "From the beginning of a try at an upstream to the first frame of its answer.",
    "upstream", buckets=ANSWER_SECONDS,
)  # fmt: skip
UPSTREAM_QUEUE = histogram(
    "gateway_upstream_queue_seconds",
    "How long a try waited for a connection to its upstream, a free one or a new one.",
    "upstream", buckets=OWN_SECONDS,
)  # fmt: skip
UPSTREAM_UP = gauge(
    "gateway_upstream_up",
    "Whether an upstream works: 0 after three failures of its own in a row, 1 after any other try.",
    "upstream", merging="newest",
)  # fmt: skip
UPSTREAM_CERTIFICATE = gauge(
    "gateway_upstream_certificate_expiry_timestamp_seconds",
    "When the certificate expires that an upstream showed last, in Unix time.",
    "upstream", merging="min",
)  # fmt: skip
DOOR_CERTIFICATE = gauge(
    "gateway_door_certificate_expiry_timestamp_seconds",
    "When the certificate expires that callers are shown, in Unix time.",
    merging="min",
)
TLS_HANDSHAKES = counter(
    "gateway_tls_handshakes_total",
    "TLS handshakes of callers that ended, by how: done, or why there is no connection.",
    "result",
)

LIMIT_DECISIONS = counter(
    "gateway_limit_decisions_total",
    "What limits decided; shadow is what a limit in shadow mode would have refused.",
    "tenant", "kind", "limit", "decision",
)  # fmt: skip
BUDGET_USED = gauge(
    "gateway_budget_used_ratio",
    "The used part of a budget, 1 is all of it; of budgets for each key or user, the most used one.",
    "tenant", "limit", merging="max",
)  # fmt: skip
UNSETTLED = gauge(
    "gateway_unsettled_reservations",
    "Settlements that wait for Redis to come back, or were given up; what they reserved stays used.",
)
STORE_DEGRADED = counter(
    "gateway_store_degraded_decisions_total",
    "Decisions that were made while the store they need did not answer, by what was decided.",
    "store", "decision",
)  # fmt: skip

REDACTIONS = counter(
    "gateway_redactions_total",
    "Private values found in requests, by kind and by what was done about them.",
    "tenant", "entity", "action",
)  # fmt: skip
CACHE_REQUESTS = counter(
    "gateway_cache_requests_total",
    "Exchanges under a plan with a cache, by what came of it: hit, miss, collapsed, bypass.",
    "tenant", "model", "result",
)  # fmt: skip
CACHE_SAVED_TOKENS = counter(
    "gateway_cache_saved_tokens_total",
    "Tokens of answers that were given without asking an upstream.",
    "tenant", "model", "type",
)  # fmt: skip
CACHE_SAVED_COST = money(
    "gateway_cache_saved_cost_total",
    "What answers would have cost that were given without asking an upstream, in whole units.",
    "tenant", "model", "currency",
)  # fmt: skip
CACHE_REJECTED = gauge(
    "gateway_cache_rejected_entries",
    "Entries of the response cache that were damaged, foreign or locked with another key.",
)

AUDIT_WRITE = histogram(
    "gateway_audit_write_seconds",
    "From queueing an audit record to its being durable on the disk.",
    buckets=OWN_SECONDS,
)
AUDIT_BACKLOG = gauge("gateway_audit_backlog_records", "Audit records that wait to be written, by weight.")
AUDIT_RECORDS = counter("gateway_audit_records_total", "Audit records that are durable.", "kind")
AUDIT_GAPS = counter("gateway_audit_gaps_total", "Gaps of the audit log, told in it once it goes on.")
AUDIT_ROOM = gauge(
    "gateway_audit_room_bytes",
    "What is free on the disk of the audit log beyond its reserve; of several workers, the least.",
    merging="min",
)
AUDIT_TROUBLE = gauge(
    "gateway_audit_trouble",
    "Whether this keeps audit records from being written, signed or taken outside.",
    "reason",
    merging="max",
)
AUDIT_EXPIRED = gauge(
    "gateway_audit_expired_timestamp_seconds",
    "When what is over was last let go here; before the first time, since when that is due.",
    merging="max",
)
LOST_LINES = gauge(
    "gateway_lost_log_lines", "Lines of a log that could not be written since the start.", "log"
)
NOTICES = counter("gateway_notices_total", "Events outside an exchange, such as policy.rejected.", "kind")
FAILED_CREDENTIALS = gauge("gateway_failed_credentials", "Credentials since the start that were not valid.")

POLICY = gauge("gateway_policy_info", "The policy version that is valid.", "version", merging="max")
POLICY_RELOADS = counter("gateway_policy_reloads_total", "Policies that were read again.", "result")
POLICY_REJECTED = gauge(
    "gateway_policy_rejected",
    "Whether the policies on the disk were rejected, so that older ones are in force.",
    merging="max",
)
POLICY_LOADED = gauge(
    "gateway_policy_loaded_timestamp_seconds",
    "When the valid policies were read, in Unix time; of several workers, the one furthest behind.",
    merging="min",
)
BUILD = gauge("gateway_build_info", "The version of the gateway.", "version", merging="max")
EVENT_LOOP_DELAY = histogram(
    "gateway_event_loop_delay_seconds",
    "How late the event loop wakes who asked to be woken.",
    buckets=OWN_SECONDS,
)
WORKERS = gauge("gateway_workers", "Worker processes that serve now.")
WORKERS_WANTED = gauge("gateway_workers_wanted", "Worker processes that should serve.")
WORKER_STARTS = counter(
    "gateway_worker_starts_total", "Worker processes that were started, the first ones included."
)
WORKER_DEATHS = counter(
    "gateway_worker_deaths_total",
    "Worker processes that ended without being told to, or were killed as stuck.",
)

# The names under which every Prometheus client tells of its process.
PROCESS_CPU = counter("process_cpu_seconds_total", "CPU time spent, of all workers together.")
PROCESS_MEMORY = gauge("process_resident_memory_bytes", "Resident memory, of all workers together.")
PROCESS_OPEN = gauge("process_open_fds", "Open file descriptors, of all workers together.")
PROCESS_MOST = gauge("process_max_fds", "Permitted file descriptors, of all workers together.")
PROCESS_START = gauge(
    "process_start_time_seconds", "When the youngest worker started, in Unix time.", merging="max"
)

FAMILIES: tuple[Family, ...] = (
    REQUESTS, REQUEST_DURATION, FIRST_TOKEN, OUTPUT_TOKEN, OVERHEAD, TOKENS, COST, IN_FLIGHT,
    UPSTREAM_ATTEMPTS, UPSTREAM_ERRORS, UPSTREAM_DURATION, UPSTREAM_FIRST_TOKEN, UPSTREAM_QUEUE,
    UPSTREAM_UP, UPSTREAM_CERTIFICATE, DOOR_CERTIFICATE, TLS_HANDSHAKES,
    LIMIT_DECISIONS, BUDGET_USED, UNSETTLED, STORE_DEGRADED,
    REDACTIONS, CACHE_REQUESTS, CACHE_SAVED_TOKENS, CACHE_SAVED_COST, CACHE_REJECTED,
    AUDIT_WRITE, AUDIT_BACKLOG, AUDIT_RECORDS, AUDIT_GAPS, AUDIT_ROOM, AUDIT_TROUBLE, AUDIT_EXPIRED,
    LOST_LINES, NOTICES, FAILED_CREDENTIALS,
    POLICY, POLICY_RELOADS, POLICY_REJECTED, POLICY_LOADED, BUILD, EVENT_LOOP_DELAY,
    WORKERS, WORKERS_WANTED, WORKER_STARTS, WORKER_DEATHS,
    PROCESS_CPU, PROCESS_MEMORY, PROCESS_OPEN, PROCESS_MOST, PROCESS_START,
)  # fmt: skip
BY_NAME = {family.name: family for family in FAMILIES}
