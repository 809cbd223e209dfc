"""The tallies of exchanges, told as Prometheus wants them."""

from collections.abc import Callable, Iterable
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from gateway.telemetry.tallies import BOUNDS_SECONDS, NOBODY, Spread, Tallies, Tally

_BOUNDS = (*map(str, BOUNDS_SECONDS), "+Inf")


class ExchangeFamilies(Collector):
    """
    Every metric that exchanges leave behind, made when it is read.

    Read it in the thread that counts. Labels are names of the policy or short
    lists of ours, never what a caller typed, and no label names a person.
    """

    def __init__(self, tallies: Tallies) -> None:
        self._tallies = tallies

    def collect(self) -> Iterable[CounterMetricFamily | HistogramMetricFamily]:
        """Return the families with all that was counted so far."""
        yield self._requests()
        yield self._spread(
            "gateway_request_duration_seconds",
            "From the head of a request to the last byte of its answer.",
            lambda tally: tally.durations,
        )
        yield self._spread(
            "gateway_first_token_seconds",
            "From the head of a request to the first frame of its answer.",
            lambda tally: tally.first_tokens,
        )
        yield self._tokens()
        yield self._attempts()
        yield self._errors()
        yield self._redactions()
        yield self._cache()
        yield self._saved_tokens()

    def _requests(self) -> CounterMetricFamily:
        family = CounterMetricFamily(
            "gateway_requests",
            "Exchanges that ended, by how they ended.",
            labels=("tenant", "model", "status", "ending"),
        )
        # One tally for streams and one for whole answers; a family names each set of labels once.
        totals: dict[tuple[str, str, str, str], int] = {}
        for (tenant, model, _), tally in self._tallies.exchanges.items():
            for (status, ending), count in tally.endings.items():
                labels = (tenant, model, str(status) if status else NOBODY, ending.value)
                totals[labels] = totals.get(labels, 0) + count
        for labels, total in totals.items():
            family.add_metric(labels, total)
        return family

    def _spread(self, name: str, told: str, spread_of: Callable[[Tally], Spread]) -> HistogramMetricFamily:
        family = HistogramMetricFamily(name, told, labels=("model", "mode"))
        totals: dict[tuple[str, str], Spread] = {}
        for (_, model, streamed), tally in self._tallies.exchanges.items():
            labels = (model, "stream" if streamed else "whole")
            totals.setdefault(labels, Spread()).merge(spread_of(tally))
        for labels, spread in totals.items():
            buckets = list(zip(_BOUNDS, map(float, accumulate(spread.counts)), strict=True))
            family.add_metric(labels, buckets, spread.seconds)
        return family

    def _tokens(self) -> CounterMetricFamily:
        family = CounterMetricFamily(
            "gateway_tokens",
            "Tokens of answers: cache_hit and cache_miss make the prompt, reasoning is part of completion.",
            labels=("tenant", "model", "type"),
        )
        totals: dict[tuple[str, str, str], int] = {}
        for (tenant, model, _), tally in self._tallies.exchanges.items():
            for kind in ("cache_hit", "cache_miss", "completion", "reasoning"):
                labels = (tenant, model, kind)
                totals[labels] = totals.get(labels, 0) + getattr(tally, kind)
        for labels, total in totals.items():
            family.add_metric(labels, total)
        return family

    def _attempts(self) -> CounterMetricFamily:
        family = CounterMetricFamily(
            "gateway_upstream_attempts", "Tries at an upstream, whatever came of them.", labels=("upstream",)
        )
        for upstream, count in self._tallies.attempts.items():
            family.add_metric((upstream,), count)
        return family

    def _errors(self) -> CounterMetricFamily:
        family = CounterMetricFamily(
            "gateway_upstream_errors",
            "Tries at an upstream that gave no whole answer, by stable error code.",
            labels=("upstream", "code"),
        )
        for labels, count in self._tallies.errors.items():
            family.add_metric(labels, count)
        return family

    def _cache(self) -> CounterMetricFamily:
        family = CounterMetricFamily(
            "gateway_cache_requests",
            "Exchanges under a plan with a cache, by what came of it: hit, miss, collapsed, bypass.",
            labels=("tenant", "model", "result"),
        )
        totals: dict[tuple[str, str, str], int] = {}
        for (tenant, model, _), tally in self._tallies.exchanges.items():
            for result, count in tally.from_cache.items():
                labels = (tenant, model, result)
                totals[labels] = totals.get(labels, 0) + count
        for labels, total in totals.items():
            family.add_metric(labels, total)
        return family

    def _saved_tokens(self) -> CounterMetricFamily:
        family = CounterMetricFamily(
            "gateway_cache_saved_tokens",
            "Tokens of answers that were given without asking an upstream.",
            labels=("tenant", "model", "type"),
        )
        totals: dict[tuple[str, str, str], int] = {}
        for (tenant, model, _), tally in self._tallies.exchanges.items():
            if tally.from_cache:
                for kind, count in (("prompt", tally.saved_prompt), ("completion", tally.saved_completion)):
                    labels = (tenant, model, kind)
                    totals[labels] = totals.get(labels, 0) + count
        for labels, total in totals.items():
            family.add_metric(labels, total)
        return family

    def _redactions(self) -> CounterMetricFamily:
        family = CounterMetricFamily(
            "gateway_redactions",
            "Private values found in requests, by kind and by what was done about them.",
            labels=("tenant", "entity", "action"),
        )
        for labels, count in self._tallies.redactions.items():
            family.add_metric(labels, count)
        return family
