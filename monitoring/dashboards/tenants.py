"""Who uses how much, what it costs, and who reaches a limit."""

from monitoring.panel import MODEL, TENANT, Dashboard, Panel, Query, Row, graph

_HERE = 'tenant=~"$tenant",model=~"$model"'
_TENANT = 'tenant=~"$tenant"'

_USE = Row(
    "Use",
    (
        graph(
            "Requests", "reqps", "Requests that ended, whatever came of them, by tenant.",
            Query(f"sum by (tenant) (rate(gateway_requests_total{{{_HERE}}}[$__rate_interval]))", "{{tenant}}"),
            stacked=True,
        ),
        graph(
            "Tokens by tenant", "short", "Tokens a second, prompts and answers together, as the model servers report them.",
            Query(
                f'sum by (tenant) (rate(gateway_tokens_total{{{_HERE},type!="reasoning"}}[$__rate_interval]))',
                "{{tenant}}",
            ),
            stacked=True,
        ),
        graph(
            "Tokens by type", "short",
            "Tokens a second. cache_hit and cache_miss make the prompt (hits are cheaper); reasoning is part of completion.",
            Query(f"sum by (type) (rate(gateway_tokens_total{{{_HERE}}}[$__rate_interval]))", "{{type}}"),
        ),
        graph(
            "Prompt tokens from the model's prefix cache", "percentunit",
            "The share of prompt tokens that the model server knew already and bills at its lower price.",
            Query(
                f'sum by (model) (rate(gateway_tokens_total{{{_HERE},type="cache_hit"}}[$__rate_interval])) / '
                f'sum by (model) (rate(gateway_tokens_total{{{_HERE},type=~"cache_hit|cache_miss"}}[$__rate_interval]))',
                "{{model}}",
            ),
        ),
    ),
)  # fmt: skip

_MONEY = Row(
    "Money",
    (
        graph(
            "Cost an hour", "none", "What answers cost at the prices of policies/prices.yaml, by tenant and currency, for each hour.",
            Query(
                f"sum by (tenant, currency) (rate(gateway_cost_total{{{_HERE}}}[$__rate_interval])) * 3600",
                "{{tenant}} {{currency}}",
            ),
            stacked=True,
        ),
        Panel(
            "Cost within the chosen time", "By tenant, model and currency, in whole units. Check it against the provider's bill.",
            "none",
            (Query(f"sum by (tenant, model, currency) (increase(gateway_cost_total{{{_HERE}}}[$__range]))"),),
            "table",
        ),
        Panel(
            "Budgets used", "The used part of each budget; above 90 % the alert BudgetNearlyUsed fires, at 100 % requests are refused.",
            "percentunit",
            (Query(f"max by (tenant, limit) (gateway_budget_used_ratio{{{_TENANT}}})", "{{tenant}} {{limit}}"),),
            "bargauge",
            steps=((0, "green"), (0.75, "orange"), (0.9, "red")),
        ),
        graph(
            "Saved by the cache an hour", "none", "What kept and shared answers would have cost, for each hour.",
            Query(
                f"sum by (tenant, currency) (rate(gateway_cache_saved_cost_total{{{_HERE}}}[$__rate_interval])) * 3600",
                "{{tenant}} {{currency}}",
            ),
        ),
    ),
)  # fmt: skip

_LIMITS = Row(
    "Limits",
    (
        graph(
            "Refused by a limit", "reqps", "Requests that a limit refused or turned away, by tenant, kind and name of the limit.",
            Query(
                f'sum by (tenant, kind, limit) (rate(gateway_limit_decisions_total{{{_TENANT},'
                'decision=~"refused|turned_away"}[$__rate_interval]))',
                "{{tenant}} {{kind}} {{limit}}",
            ),
        ),
        graph(
            "Decisions", "reqps",
            "What limits decided. shadow: would have been refused; degraded_...: the store was away, and the plan's word counted.",
            Query(
                f"sum by (decision) (rate(gateway_limit_decisions_total{{{_TENANT}}}[$__rate_interval]))",
                "{{decision}}",
            ),
        ),
        Panel(
            "Would have been refused", "What limits in shadow mode would have refused within the chosen time.", "short",
            (
                Query(
                    f"sum by (tenant, limit) (increase(gateway_limit_decisions_total{{{_TENANT},"
                    'decision="shadow"}[$__range]))'
                ),
            ),
            "table",
        ),
        Panel(
            "Statuses by tenant", "What callers were sent within the chosen time: who gets 401, 429 or 5xx.", "short",
            (Query(f"sum by (tenant, status) (increase(gateway_requests_total{{{_HERE}}}[$__range]))"),),
            "table",
        ),
    ),
)  # fmt: skip

TENANTS = Dashboard(
    "dsg-tenants",
    "DeepSeek gateway: tenants and money",
    "Who uses how much, what it costs and saves, and who reaches a limit.",
    (TENANT, MODEL),
    (_USE, _MONEY, _LIMITS),
)
