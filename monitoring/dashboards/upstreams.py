"""How models and the servers behind them answer."""

from monitoring.panel import MODEL, UPSTREAM, Dashboard, Panel, Query, Row, graph, heat, quantiles

_MODEL = 'model=~"$model"'
_UPSTREAM = 'upstream=~"$upstream"'
# A caller who leaves ends a try that was good until then.
_FAILED = f'{_UPSTREAM},code!="caller_left"'

_MODELS = Row(
    "Models",
    (
        heat(
            "First tokens of streams",
            "How long callers waited for the first token: each column is a moment, the darker, the more streams.",
            f'sum by (le) (increase(gateway_first_token_seconds_bucket{{mode="stream",{_MODEL}}}[$__rate_interval]))',
        ),
        graph(
            "First token by model", "s", "The 95th percentile of streams, for each model.",
            Query(
                "histogram_quantile(0.95, sum by (le, model) "
                f'(rate(gateway_first_token_seconds_bucket{{mode="stream",{_MODEL}}}[$__rate_interval])))',
                "{{model}}",
            ),
        ),
        graph(
            "Time per output token", "s", "After the first token, over whole streams, for each model.",
            *quantiles("gateway_output_token_seconds", "model", labels=_MODEL),
        ),
        graph(
            "Tokens of answers", "short", "Completion tokens a second, by model.",
            Query(
                f'sum by (model) (rate(gateway_tokens_total{{{_MODEL},type="completion"}}[$__rate_interval]))',
                "{{model}}",
            ),
            stacked=True,
        ),
        graph(
            "Requests by model", "reqps", "`none` are requests that were refused before a model was known.",
            Query(f"sum by (model) (rate(gateway_requests_total{{{_MODEL}}}[$__rate_interval]))", "{{model}}"),
            stacked=True,
        ),
        graph(
            "Duration by model", "s", "The 95th percentile, for each model and mode.",
            Query(
                "histogram_quantile(0.95, sum by (le, model, mode) "
                f"(rate(gateway_request_duration_seconds_bucket{{{_MODEL}}}[$__rate_interval])))",
                "{{model}} {{mode}}",
            ),
        ),
    ),
)  # fmt: skip

_UPSTREAMS = Row(
    "Upstreams",
    (
        Panel(
            "Works", "1 while tries succeed, 0 after several failures in a row that were the upstream's fault.", "none",
            (Query(f"min by (upstream) (gateway_upstream_up{{{_UPSTREAM}}})", "{{upstream}}"),),
            "stat", steps=((0, "red"), (1, "green")),
        ),
        Panel(
            "Certificates end in", "How long the certificate that an upstream showed last is still valid.", "s",
            (
                Query(
                    f"min by (upstream) (gateway_upstream_certificate_expiry_timestamp_seconds{{{_UPSTREAM}}}) - time()",
                    "{{upstream}}",
                ),
            ),
            "stat", steps=((0, "red"), (7 * 86400, "orange"), (14 * 86400, "green")),
        ),
        heat(
            "First tokens of upstreams",
            "From the beginning of a try to the first frame of its answer.",
            f"sum by (le) (increase(gateway_upstream_first_token_seconds_bucket{{{_UPSTREAM}}}[$__rate_interval]))",
        ),
        graph(
            "First token by upstream", "s", "From the beginning of a try to the first frame of its answer.",
            *quantiles("gateway_upstream_first_token_seconds", "upstream", labels=_UPSTREAM),
        ),
        graph(
            "Tries", "reqps", "Tries at each upstream, whatever came of them.",
            Query(f"sum by (upstream) (rate(gateway_upstream_attempts_total{{{_UPSTREAM}}}[$__rate_interval]))", "{{upstream}}"),
            stacked=True,
        ),
        graph(
            "Failed tries by code", "reqps", "Also those that fail-over hid from callers, without those whose caller left. The codes stand in docs/errors.md.",
            Query(
                f"sum by (upstream, code) (rate(gateway_upstream_errors_total{{{_FAILED}}}[$__rate_interval]))",
                "{{upstream}} {{code}}",
            ),
        ),
        graph(
            "Failed share of tries", "percentunit", "By upstream; fail-over hides it as long as another stop of the route answers.",
            Query(
                f"sum by (upstream) (rate(gateway_upstream_errors_total{{{_FAILED}}}[$__rate_interval])) / "
                f"sum by (upstream) (rate(gateway_upstream_attempts_total{{{_UPSTREAM}}}[$__rate_interval]))",
                "{{upstream}}",
            ),
        ),
        graph(
            "Duration of tries", "s", "From the beginning of a try to its end.",
            *quantiles("gateway_upstream_duration_seconds", "upstream", labels=_UPSTREAM),
        ),
        graph(
            "Wait for a connection", "s",
            "How long a try waited for a free or a new connection; when it grows, the upstream's pool is too small or it accepts slowly.",
            *quantiles("gateway_upstream_queue_seconds", "upstream", labels=_UPSTREAM),
        ),
    ),
)  # fmt: skip

UPSTREAMS = Dashboard(
    "dsg-upstreams",
    "DeepSeek gateway: models and upstreams",
    "How fast and how reliably models answer, and the servers behind them.",
    (MODEL, UPSTREAM),
    (_MODELS, _UPSTREAMS),
)
