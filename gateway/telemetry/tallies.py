"""
What exchanges came to, counted in plain numbers.

A counter of a metrics library takes a lock for every step, and there are two
dozen steps in an exchange. So the event loop counts here, and what is here
becomes readings when somebody asks (`exchange_readings`).
"""

from collections import defaultdict
from collections.abc import Iterable

from gateway.telemetry.catalogue import ANSWER_SECONDS, OWN_SECONDS, TOKEN_SECONDS
from gateway.telemetry.spread import Spread
from gateway.telemetry.tenant_names import NOBODY, TenantNames
from gateway.telemetry.upstream_tally import UpstreamTally
from gateway.vocabulary.cache_use import CacheUse
from gateway.vocabulary.ending import Ending
from gateway.vocabulary.outcome import Outcome
from gateway.vocabulary.usage import Usage

# Bound once: in Python 3.11 a look-up through the enum's class costs six times a global.
_FINISHED = Ending.FINISHED


class Tally:
    """What the exchanges of one tenant with one model came to."""

    __slots__ = (
        "cache_hit", "cache_miss", "completion", "costs", "endings", "from_cache", "reasoning",
        "saved_completion", "saved_costs", "saved_prompt",
    )  # fmt: skip

    def __init__(self) -> None:
        self.endings: defaultdict[tuple[int | None, Ending], int] = defaultdict(int)
        self.costs: defaultdict[str, int] = defaultdict(int)
        self.from_cache: defaultdict[str, int] = defaultdict(int)
        self.saved_costs: defaultdict[str, int] = defaultdict(int)
        self.saved_prompt = self.saved_completion = 0
        self.cache_hit = self.cache_miss = self.completion = self.reasoning = 0

    def add(self, outcome: Outcome) -> None:
        """Count one exchange; money in micro-units."""
        self.endings[outcome.status, outcome.ending] += 1
        usage = outcome.usage
        self.cache_hit += usage.cache_hit_tokens
        self.cache_miss += usage.cache_miss_tokens
        self.completion += usage.completion_tokens
        self.reasoning += usage.reasoning_tokens
        for currency, micros in outcome.costs.items():
            self.costs[currency] += micros
        if outcome.cache is not None:
            self._add_use(outcome.cache, outcome.cache.saved)

    def _add_use(self, use: CacheUse, saved: Usage | None) -> None:
        self.from_cache[use.result] += 1
        if saved is not None:
            self.saved_prompt += saved.prompt_tokens
            self.saved_completion += saved.completion_tokens
            for currency, micros in use.saved_costs.items():
                self.saved_costs[currency] += micros


class Pace:
    """How long exchanges with one model in one mode took."""

    __slots__ = ("durations", "first_tokens", "output_tokens", "overheads")

    def __init__(self) -> None:
        self.durations = Spread(ANSWER_SECONDS)
        self.first_tokens = Spread(ANSWER_SECONDS)
        self.output_tokens = Spread(TOKEN_SECONDS)
        self.overheads = Spread(OWN_SECONDS)

    def add(self, outcome: Outcome, wall: float) -> None:
        """Observe one exchange."""
        total, first, trace = outcome.total_seconds, outcome.first_token_seconds, outcome.trace_id
        self.durations.add(total, trace, wall)
        is_finished = outcome.ending is _FINISHED
        if is_finished and (outcome.cache is None or outcome.cache.result != "collapsed"):
            # Who shares a call waits for somebody else's, from a moment that nobody notes.
            self.overheads.add(max(0.0, total - outcome.waited_seconds), trace, wall)
        if first is None:
            return
        self.first_tokens.add(first, trace, wall)
        others = outcome.usage.completion_tokens - 1
        # What was kept is said at once, and an answer that was cut says nothing of the pace.
        if outcome.streamed and others > 0 and outcome.attempts and is_finished:
            self.output_tokens.add((total - first) / others, trace, wall)


class Tallies:
    """Every tally by tenant and model, every pace by model and mode, and every try by its upstream."""

    def __init__(self, names: TenantNames) -> None:
        self.exchanges: dict[tuple[str, str], Tally] = {}
        self.paces: dict[tuple[str, bool], Pace] = {}
        self.upstreams: dict[str, UpstreamTally] = {}
        self.redactions: defaultdict[tuple[str, str, str], int] = defaultdict(int)
        self._names = names
        self._in_use: frozenset[str] | None = None

    def expect_upstreams(self, names: Iterable[str]) -> None:
        """Hear which upstreams the policies use from now on: their counters begin at zero."""
        self._in_use = frozenset(names)
        for name in sorted(self._in_use - self.upstreams.keys()):
            self.upstreams[name] = UpstreamTally()

    def uses(self, upstream: str) -> bool:
        """Whether how an upstream is concerns anybody: one that no route names will never be well again."""
        return self._in_use is None or upstream in self._in_use

    def add(self, outcome: Outcome, wall: float) -> None:
        """Count one exchange that ended at this Unix time, its tokens and its tries."""
        caller, model = outcome.caller, outcome.model or NOBODY
        tenant = NOBODY if caller is None else self._names.name(caller.tenant)
        tally = self.exchanges.get((tenant, model))
        if tally is None:
            tally = self.exchanges[tenant, model] = Tally()
        tally.add(outcome)
        pace = self.paces.get((model, outcome.streamed))
        if pace is None:
            pace = self.paces[model, outcome.streamed] = Pace()
        pace.add(outcome, wall)
        if outcome.protection is not None:
            for entity, action, count in outcome.protection.counts:
                self.redactions[tenant, entity, action] += count
        for attempt in outcome.attempts:
            upstream = self.upstreams.get(attempt.upstream)
            if upstream is None:
                upstream = self.upstreams[attempt.upstream] = UpstreamTally()
            upstream.add(attempt, outcome.trace_id, wall)
