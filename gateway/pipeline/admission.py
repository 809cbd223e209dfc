"""What the audit has to know of an exchange before anything leaves for it."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.audit.admission import Admission
from gateway.pipeline.destinations import destinations_of
from gateway.pipeline.exchange_log import ExchangeLog
from gateway.policy.terms import Terms
from gateway.upstreams.target import Target
from gateway.vocabulary.caller import Caller


def admission_of(
    log: ExchangeLog,
    terms: Terms,
    *,
    caller: Caller,
    original: Mapping[str, Any],
    targets: Sequence[Target],
) -> Admission:
    """Return who asks what, and every place that it may reach; `original` is the body as it came."""
    return Admission(
        arrival=log.arrival,
        caller=caller,
        model=terms.model,
        streamed=log.streamed,
        policy_version=log.policy_version,
        terms=terms.audit,
        destinations=destinations_of(targets),
        original=original,
        protection=log.protection,
        trace_id=log.trace.trace_id,
    )
