"""The gateway's own machinery."""

from monitoring.panel import Dashboard, Panel, Query, Row, graph, heat, number, quantiles

_JOB = 'job="deepseek-gateway"'

_PROCESS = Row(
    "Processes",
    (
        number(
            "Workers that are missing", "none", "Workers that should run and do not.",
            Query("sum(gateway_workers_wanted) - sum(gateway_workers)"), (0, "green"), (1, "red"),
        ),
        number(
            "Youngest process", "s", "How long ago the youngest process of any gateway started.",
            Query(f"time() - max(process_start_time_seconds{{{_JOB}}})"), (0, "orange"), (600, "green"),
        ),
        number(
            "Open files", "percentunit", "The used part of the permitted file descriptors; each connection needs one.",
            Query(f"max(process_open_fds{{{_JOB}}} / process_max_fds{{{_JOB}}})"),
            (0, "green"), (0.7, "orange"), (0.9, "red"),
        ),
        Panel(
            "Versions", "Gateways by the version of their code.", "short",
            (Query("count by (version) (gateway_build_info)"),), "table",
        ),
        graph(
            "Workers", "none", "Workers that serve, beside those wanted, by gateway.",
            Query("sum by (instance) (gateway_workers)", "{{instance}} serve"),
            Query("sum by (instance) (gateway_workers_wanted)", "{{instance}} wanted"),
        ),
        graph(
            "Workers started", "short", "Workers started within ten minutes. After an update each is started once; more means that they die.",
            Query("sum by (instance) (increase(gateway_worker_starts_total[10m]))", "{{instance}}"),
        ),
        graph(
            "CPU", "percentunit", "Cores in use, all workers of a gateway together.",
            Query(f"sum by (instance) (rate(process_cpu_seconds_total{{{_JOB}}}[$__rate_interval]))", "{{instance}}"),
        ),
        graph(
            "CPU for each request", "s", "CPU time for each request that ended; what streams cost is in it.",
            Query(
                f"sum(rate(process_cpu_seconds_total{{{_JOB}}}[$__rate_interval])) / "
                "sum(rate(gateway_requests_total[$__rate_interval]))",
                "each request",
            ),
        ),
        graph(
            "Memory", "bytes", "Resident memory, all workers of a gateway together.",
            Query(f"sum by (instance) (process_resident_memory_bytes{{{_JOB}}})", "{{instance}}"),
        ),
        graph(
            "File descriptors", "short", "Open ones, beside those permitted.",
            Query(f"sum by (instance) (process_open_fds{{{_JOB}}})", "{{instance}} open"),
            Query(f"sum by (instance) (process_max_fds{{{_JOB}}})", "{{instance}} permitted"),
        ),
    ),
)  # fmt: skip

_TIME = Row(
    "Time",
    (
        heat(
            "Event loop delay", "How late the event loop wakes who asked for it: what every running request feels.",
            "sum by (le) (increase(gateway_event_loop_delay_seconds_bucket[$__rate_interval]))",
        ),
        graph(
            "Event loop delay, percentiles", "s", "Above 0.1 s a process has too much to do: add workers.",
            *quantiles("gateway_event_loop_delay_seconds"),
        ),
        graph(
            "What the gateway adds", "s", "The duration without waiting for the caller's body and for model servers, by mode.",
            *quantiles("gateway_overhead_seconds", "mode"),
        ),
        graph(
            "Time of a scrape", "s", "How long Prometheus waited for /metrics.",
            Query(f"scrape_duration_seconds{{{_JOB}}}", "{{instance}}"),
        ),
    ),
)  # fmt: skip

_CACHE = Row(
    "Response cache",
    (
        graph(
            "Results", "reqps", "hit: a kept answer; collapsed: shared with a call that ran; miss: asked the model; bypass: not to be cached.",
            Query("sum by (result) (rate(gateway_cache_requests_total[$__rate_interval]))", "{{result}}"),
            stacked=True,
        ),
        graph(
            "Share answered without a model", "percentunit", "Kept and shared answers among all requests under a plan with a cache.",
            Query(
                'sum(rate(gateway_cache_requests_total{result=~"hit|collapsed"}[$__rate_interval])) / '
                "sum(rate(gateway_cache_requests_total[$__rate_interval]))",
                "answered",
            ),
        ),
        graph(
            "Tokens saved", "short", "Tokens a second of answers that were given without asking a model.",
            Query("sum by (type) (rate(gateway_cache_saved_tokens_total[$__rate_interval]))", "{{type}}"),
        ),
        graph(
            "Entries rejected", "short", "Entries that were damaged, foreign or locked with another key, since the start.",
            Query("sum by (instance) (gateway_cache_rejected_entries)", "{{instance}}"),
        ),
    ),
)  # fmt: skip

_STORES = Row(
    "Stores and events",
    (
        graph(
            "Decisions without a store", "short", "Decisions a second that were made while the store they need did not answer.",
            Query(
                "sum by (store, decision) (rate(gateway_store_degraded_decisions_total[$__rate_interval]))",
                "{{store}} {{decision}}",
            ),
        ),
        graph(
            "Settlements that wait", "short", "Settlements of limits that wait for Redis, or were given up.",
            Query("sum by (instance) (gateway_unsettled_reservations)", "{{instance}}"),
        ),
        graph(
            "Events", "short", "Events outside requests a minute, by kind; the same stand in the log.",
            Query("sum by (kind) (rate(gateway_notices_total[$__rate_interval])) * 60", "{{kind}}"),
        ),
    ),
)  # fmt: skip

INTERNALS = Dashboard(
    "dsg-internals",
    "DeepSeek gateway: internals",
    "Processes, the event loop, the cache, stores and events.",
    (),
    (_PROCESS, _TIME, _CACHE, _STORES),
)
