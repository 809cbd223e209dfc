"""The first page: is everything all right, by the four golden signals."""

from monitoring.panel import MODEL, TENANT, Dashboard, Query, Row, graph, number, quantiles

_HERE = 'tenant=~"$tenant",model=~"$model"'
_MODEL = 'model=~"$model"'

_STATE = Row(
    "Is it all right?",
    (
        number(
            "Available, one day", "percentunit",
            "The share of requests that did not fail by our fault or the model's. Objective: 99.5 %.",
            Query("1 - gateway:availability_errors:ratio_rate1d"),
            (0, "red"), (0.99, "orange"), (0.995, "green"),
        ),
        number(
            "Failures against the allowance", "none",
            "How fast the allowance of failed requests is used, over three days: above 1 the month's objective is missed.",
            Query("gateway:availability_errors:ratio_rate3d / (1 - gateway:availability:objective)"),
            (0, "green"), (1, "orange"), (3, "red"),
        ),
        number(
            "First tokens in time, one day", "percentunit",
            "The share of streams whose first token came within five seconds. Objective: 95 %.",
            Query("1 - gateway:first_token_slow:ratio_rate1d"),
            (0, "red"), (0.9, "orange"), (0.95, "green"),
        ),
        number(
            "Alerts", "none", "Alerts that fire now.",
            Query('count(ALERTS{alertstate="firing",service="deepseek-gateway"}) or vector(0)'),
            (0, "green"), (1, "red"),
        ),
        number(
            "Gateways", "none", "Gateways that answer Prometheus.",
            Query('sum(up{job="deepseek-gateway"})'),
            (0, "red"), (1, "green"),
        ),
        number(
            "In flight", "none", "Requests that are being served now.",
            Query("sum(gateway_requests_in_flight)"),
            (0, "blue"),
        ),
    ),
)  # fmt: skip

_TRAFFIC = Row(
    "Traffic",
    (
        graph(
            "Requests by ending", "reqps",
            "Requests that ended, by how: finished, refused, upstream_broke, timed_out, caller_left.",
            Query(f"sum by (ending) (rate(gateway_requests_total{{{_HERE}}}[$__rate_interval]))", "{{ending}}"),
            stacked=True,
        ),
        graph(
            "Requests by tenant", "reqps",
            "The ten tenants with most requests; `none` are callers without a valid credential.",
            Query(f"topk(10, sum by (tenant) (rate(gateway_requests_total{{{_HERE}}}[$__rate_interval])))", "{{tenant}}"),
            stacked=True,
        ),
    ),
)  # fmt: skip

_ERRORS = Row(
    "Errors",
    (
        graph(
            "Failed share", "percentunit",
            "The share of requests that failed by our fault or the model's, beside what the objective allows.",
            Query("gateway:availability_errors:ratio_rate5m", "five minutes"),
            Query("gateway:availability_errors:ratio_rate1h", "one hour"),
            Query("1 - gateway:availability:objective", "allowed"),
        ),
        graph(
            "Answers that are no success", "reqps",
            "By status. 4xx are the caller's to mend, 5xx ours; `none`: the caller left before there was a status.",
            Query(
                f'sum by (status) (rate(gateway_requests_total{{{_HERE},status!~"2.."}}[$__rate_interval]))',
                "{{status}}",
            ),
            stacked=True,
        ),
    ),
)  # fmt: skip

_LATENCY = Row(
    "Latency",
    (
        graph(
            "First token of streams", "s",
            "From the head of a request to the first frame of its answer, thinking included.",
            *quantiles("gateway_first_token_seconds", labels=f'mode="stream",{_MODEL}'),
        ),
        graph(
            "Duration", "s",
            "From the head of a request to the last byte of its answer, by mode.",
            *quantiles("gateway_request_duration_seconds", "mode", labels=_MODEL),
        ),
        graph(
            "Time per output token", "s",
            "How long a token takes after the first one, over whole streams: what a reader feels as speed.",
            *quantiles("gateway_output_token_seconds", labels=_MODEL),
        ),
        graph(
            "What the gateway adds", "s",
            "The duration without waiting for the caller's body and for model servers.",
            *quantiles("gateway_overhead_seconds", labels=_MODEL),
        ),
    ),
)  # fmt: skip

_SATURATION = Row(
    "Saturation",
    (
        graph(
            "In flight", "none", "Requests that are being served, by gateway.",
            Query("sum by (instance) (gateway_requests_in_flight)", "{{instance}}"),
        ),
        graph(
            "Event loop delay", "s",
            "How late the event loop wakes who asked for it. Above 0.1 s a process has too much to do: add workers.",
            *quantiles("gateway_event_loop_delay_seconds"),
        ),
        graph(
            "CPU", "percentunit", "Cores in use, all workers of a gateway together: 1 is one whole core.",
            Query('sum by (instance) (rate(process_cpu_seconds_total{job="deepseek-gateway"}[$__rate_interval]))', "{{instance}}"),
        ),
        graph(
            "Memory", "bytes", "Resident memory, all workers of a gateway together.",
            Query('sum by (instance) (process_resident_memory_bytes{job="deepseek-gateway"})', "{{instance}}"),
        ),
    ),
)  # fmt: skip

OVERVIEW = Dashboard(
    "dsg-overview",
    "DeepSeek gateway: overview",
    "Is everything all right? Traffic, errors, latency and saturation, beside the objectives.",
    (TENANT, MODEL),
    (_STATE, _TRAFFIC, _ERRORS, _LATENCY, _SATURATION),
)
