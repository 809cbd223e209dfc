"""
What exchanges came to, counted in plain numbers.

A counter of the Prometheus library takes a lock for every step, and there are
a dozen steps in an exchange. So the event loop counts here, and what is here
becomes metrics when somebody asks (`exchange_families`).
"""

from bisect import bisect_left
from collections import defaultdict

from gateway.vocabulary.cache_use import CacheUse
from gateway.vocabulary.ending import Ending
from gateway.vocabulary.outcome import Outcome

# Thinking takes minutes: the buckets reach 600 seconds.
BOUNDS_SECONDS = (
    0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0, 600.0,
)  # fmt: skip
NOBODY = "none"


class Spread:
    """How many durations fell between which bounds; the last place is for those above all bounds."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_SECONDS) + 1)
        self.seconds = 0.0

    def add(self, seconds: float) -> None:
        """Count one duration; a bound belongs to what is below it."""
        self.counts[bisect_left(BOUNDS_SECONDS, seconds)] += 1
        self.seconds += seconds

    def merge(self, other: "Spread") -> None:
        """Count in what another one has counted."""
        self.counts = [mine + theirs for mine, theirs in zip(self.counts, other.counts, strict=True)]
        self.seconds += other.seconds


class Tally:
    """What the exchanges of one tenant with one model in one mode came to."""

    __slots__ = (
        "cache_hit", "cache_miss", "completion", "durations", "endings", "first_tokens", "from_cache",
        "reasoning", "saved_completion", "saved_prompt",
    )  # fmt: skip

    def __init__(self) -> None:
        self.endings: dict[tuple[int | None, Ending], int] = {}
        self.durations = Spread()
        self.first_tokens = Spread()
        self.from_cache: dict[str, int] = {}
        self.saved_prompt = self.saved_completion = 0
        self.cache_hit = self.cache_miss = self.completion = self.reasoning = 0

    def add(self, outcome: Outcome) -> None:
        """Count one exchange."""
        ending = (outcome.status, outcome.ending)
        self.endings[ending] = self.endings.get(ending, 0) + 1
        self.durations.add(outcome.total_seconds)
        if outcome.first_token_seconds is not None:
            self.first_tokens.add(outcome.first_token_seconds)
        usage = outcome.usage
        self.cache_hit += usage.cache_hit_tokens
        self.cache_miss += usage.cache_miss_tokens
        self.completion += usage.completion_tokens
        self.reasoning += usage.reasoning_tokens
        if outcome.cache is not None:
            self._add_use(outcome.cache)

    def _add_use(self, use: CacheUse) -> None:
        self.from_cache[use.result] = self.from_cache.get(use.result, 0) + 1
        if use.saved is not None:
            self.saved_prompt += use.saved.prompt_tokens
            self.saved_completion += use.saved.completion_tokens


class Tallies:
    """Every tally by tenant, model and whether it streams; and every try by its upstream."""

    def __init__(self) -> None:
        self.exchanges: dict[tuple[str, str, bool], Tally] = {}
        self.attempts: defaultdict[str, int] = defaultdict(int)
        self.errors: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.redactions: defaultdict[tuple[str, str, str], int] = defaultdict(int)

    def add(self, outcome: Outcome) -> None:
        """Count one exchange, its tokens and its tries."""
        caller = outcome.caller
        key = (NOBODY if caller is None else caller.tenant, outcome.model or NOBODY, outcome.streamed)
        tally = self.exchanges.get(key)
        if tally is None:
            tally = self.exchanges[key] = Tally()
        tally.add(outcome)
        if outcome.protection is not None:
            for entity, action, count in outcome.protection.counts:
                self.redactions[key[0], entity, action] += count
        for attempt in outcome.attempts:
            self.attempts[attempt.upstream] += 1
            if attempt.error is not None:
                self.errors[attempt.upstream, attempt.error] += 1
