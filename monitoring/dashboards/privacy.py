"""What is kept from models, and whether everything is written down."""

from monitoring.panel import TENANT, Dashboard, Panel, Query, Row, graph, number, quantiles

_TENANT = 'tenant=~"$tenant"'

_STATE = Row(
    "Is everything written down?",
    (
        number(
            "Gaps of the audit log", "none", "Gaps within a day; there must be none.",
            Query("sum(increase(gateway_audit_gaps_total[1d]))"), (0, "green"), (1, "red"),
        ),
        number(
            "Records that wait", "none", "Audit records that wait to be written; what falls beyond about 65,000 is lost.",
            Query("sum(gateway_audit_backlog_records)"), (0, "green"), (1000, "orange"), (5000, "red"),
        ),
        number(
            "Log lines lost", "none", "Lines of any log that could not be written since the start.",
            Query("sum(gateway_lost_log_lines)"), (0, "green"), (1, "red"),
        ),
        number(
            "Private values hidden, one day", "short", "Private values found in requests within a day.",
            Query(f"sum(increase(gateway_redactions_total{{{_TENANT}}}[1d]))"), (0, "blue"),
        ),
        number(
            "Policy files rejected", "none", "1 while the files on the disk have a mistake, and older policies stay in force.",
            Query("max(gateway_policy_rejected)"), (0, "green"), (1, "red"),
        ),
        number(
            "Policies in force for", "s", "How long ago the valid policies were read; of several gateways, the one furthest behind.",
            Query("time() - min(gateway_policy_loaded_timestamp_seconds)"), (0, "blue"),
        ),
    ),
)  # fmt: skip

_PRIVACY = Row(
    "Private data",
    (
        graph(
            "Private values by kind", "short", "Values found a second, by what they are.",
            Query(f"sum by (entity) (rate(gateway_redactions_total{{{_TENANT}}}[$__rate_interval]))", "{{entity}}"),
            stacked=True,
        ),
        graph(
            "Private values by action", "short", "Values found a second, by what was done about them.",
            Query(f"sum by (action) (rate(gateway_redactions_total{{{_TENANT}}}[$__rate_interval]))", "{{action}}"),
            stacked=True,
        ),
        graph(
            "Private values for each request", "none",
            "By tenant, over half an hour. A jump may be a new use of the app; a fall to nothing, a profile that was weakened.",
            Query(f"gateway:redactions_per_request:ratio_rate30m{{{_TENANT}}}", "{{tenant}}"),
        ),
        Panel(
            "By tenant and kind", "Private values found within the chosen time.", "short",
            (Query(f"sum by (tenant, entity, action) (increase(gateway_redactions_total{{{_TENANT}}}[$__range]))"),),
            "table",
        ),
    ),
)  # fmt: skip

_RECORDS = Row(
    "Records",
    (
        graph(
            "Audit records", "short", "Records a second that are durable, by kind.",
            Query("sum by (kind) (rate(gateway_audit_records_total[$__rate_interval]))", "{{kind}}"),
            stacked=True,
        ),
        graph(
            "Time to durable", "s", "From queueing a record to its being on the disk. Under `durability: strict` callers wait for it.",
            *quantiles("gateway_audit_write_seconds"),
        ),
        graph(
            "Backlog", "short", "Audit records that wait to be written, by gateway.",
            Query("sum by (instance) (gateway_audit_backlog_records)", "{{instance}}"),
        ),
        graph(
            "Room for the log", "bytes", "What is free on the disk of the audit log beyond its reserve, by gateway.",
            Query("min by (instance) (gateway_audit_room_bytes)", "{{instance}}"),
        ),
        graph(
            "Since old things were let go", "s",
            "How long ago what plans do not want kept any longer was let go, by gateway; once a day it is due.",
            Query("time() - max by (instance) (gateway_audit_expired_timestamp_seconds)", "{{instance}}"),
        ),
        graph(
            "Lost lines", "short", "Lines of a log that could not be written since the start, by log.",
            Query("sum by (log) (gateway_lost_log_lines)", "{{log}}"),
        ),
    ),
)  # fmt: skip

_ACCESS = Row(
    "Access and change",
    (
        graph(
            "Credentials that were not valid", "short", "Wrong, unknown, expired or blocked credentials a minute, by gateway.",
            Query("clamp_min(sum by (instance) (deriv(gateway_failed_credentials[$__rate_interval])), 0) * 60", "{{instance}}"),
        ),
        graph(
            "Refused: not known, not allowed", "reqps", "401 and 403 by tenant; `none` are callers whose tenant nobody knows.",
            Query(
                f'sum by (tenant, status) (rate(gateway_requests_total{{{_TENANT},status=~"401|403"}}[$__rate_interval]))',
                "{{tenant}} {{status}}",
            ),
        ),
        graph(
            "Policies read again", "short", "How often policies were loaded or rejected within an hour.",
            Query("sum by (result) (increase(gateway_policy_reloads_total[1h]))", "{{result}}"),
        ),
        Panel(
            "Policy versions", "The version in force, and how many gateways have it. Two lines: not everyone has read the newest yet.", "short",
            (Query("count by (version) (gateway_policy_info)"),), "table",
        ),
    ),
)  # fmt: skip

PRIVACY = Dashboard(
    "dsg-privacy",
    "DeepSeek gateway: privacy and compliance",
    "What is kept from models, whether everything is written down, and who was turned away.",
    (TENANT,),
    (_STATE, _PRIVACY, _RECORDS, _ACCESS),
)
