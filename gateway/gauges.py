"""What is told to Prometheus beside what exchanges leave behind: each family, and who knows it."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version

from gateway.audit.daily_expiry import DailyExpiry
from gateway.audit.room import AuditRoom
from gateway.cache.library import Library
from gateway.edge.tls.desk import CertificateDesk
from gateway.foundation.clock import Clock
from gateway.limits.limiter import Limiter
from gateway.limits.opening import Ledgers
from gateway.policy.book import PolicyBook
from gateway.telemetry import catalogue
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.process_readings import process_sources
from gateway.upstreams.transport import Transport
from gateway.vocabulary.notice import Notice
from gateway.vocabulary.outcome import Outcome

_SAMPLE_SECONDS = 0.25
_DEGRADED = "degraded_"


class Gauges:
    """
    Tell how this process is: the program, its policies, its logs, its event loop.

    It listens to notices, because which policies are valid is news. `losses`
    has, for each log, who knows how many lines it lost.
    """

    def __init__(self, metrics: Metrics, clock: Clock) -> None:
        self.losses: dict[str, Callable[[], int]] = {}
        self._clock = clock
        self._version = ""
        self._loaded_at = 0.0
        self._is_rejected = False
        self._reloads = {("loaded",): 0, ("rejected",): 0}
        self._observe_delay = metrics.timer(catalogue.EVENT_LOOP_DELAY)
        metrics.watch(catalogue.BUILD, lambda: {(version("deepseek-gateway"),): 1})
        metrics.watch(catalogue.POLICY, lambda: {(self._version,): 1} if self._version else {})
        metrics.watch(catalogue.POLICY_LOADED, lambda: self._loaded_at)
        metrics.watch(catalogue.POLICY_REJECTED, lambda: self._is_rejected)
        metrics.watch(catalogue.POLICY_RELOADS, lambda: self._reloads)
        metrics.watch(catalogue.LOST_LINES, lambda: {(log,): lost() for log, lost in self.losses.items()})
        for family, told in process_sources().items():
            metrics.watch(family, told)

    def began(self, book: PolicyBook) -> None:
        """Hear which policies are valid at the start."""
        self._version, self._loaded_at = book.version, self._clock.wall()

    def exchange_ended(self, outcome: Outcome) -> None:
        """Exchanges change no policy."""

    def noticed(self, notice: Notice) -> None:
        """Hear that policies were read again."""
        if notice.kind == "policy.reloaded":
            self._version, self._loaded_at = str(notice.facts["version"]), self._clock.wall()
            self._is_rejected = False
            self._reloads["loaded",] += 1
        elif notice.kind == "policy.rejected":
            self._is_rejected = True
            self._reloads["rejected",] += 1

    async def run(self) -> None:
        """Measure for ever how late the event loop wakes who asked to be woken."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _SAMPLE_SECONDS
            await asyncio.sleep(_SAMPLE_SECONDS)
            self._observe_delay(max(0.0, loop.time() - due))


def watch_limits(
    metrics: Metrics, ledgers: Ledgers, limiter: Limiter, book: Callable[[], PolicyBook]
) -> None:
    """Tell what limits decided, also without their ledger, and how full the budgets of the valid book are."""
    counts = ledgers.decisions.counts

    def degraded() -> Mapping[tuple[str, str], int]:
        # There from the start, so that the first of them is seen to happen.
        made = {("limits", way): 0 for way in ("deny", "allow", "local")}
        for (*_, decision), count in list(counts.items()):
            if decision.startswith(_DEGRADED):
                made["limits", decision.removeprefix(_DEGRADED)] += count
        return made

    metrics.watch(catalogue.LIMIT_DECISIONS, lambda: counts)
    metrics.watch(catalogue.BUDGET_USED, lambda: limiter.budgets.used(book().limit_rules))
    metrics.watch(catalogue.UNSETTLED, lambda: ledgers.unsettled)
    metrics.watch(catalogue.STORE_DEGRADED, degraded)


def watch_cache(metrics: Metrics, library: Library) -> None:
    """Tell which entries were no good, and what was decided without the place where they are kept."""
    metrics.watch(catalogue.CACHE_REJECTED, lambda: library.rejected)
    metrics.watch(
        catalogue.STORE_DEGRADED,
        lambda: {("cache", decision): count for decision, count in library.store.degraded.items()},
    )


def watch_state(metrics: Metrics, *deciders: Callable[[], Mapping[str, int]]) -> None:
    """Tell what was decided without the state store, by all who decide."""

    def degraded() -> Mapping[tuple[str, str], int]:
        made: Counter[tuple[str, str]] = Counter()
        for told in deciders:
            # In place of `+`, which forgets what has not happened yet.
            made.update({("state", decision): count for decision, count in told().items()})
        return made

    metrics.watch(catalogue.STORE_DEGRADED, degraded)


def watch_audit(metrics: Metrics, room: AuditRoom, expiry: DailyExpiry) -> None:
    """Tell what the audit log's thread wrote, how fast, what hinders it, and when old things were let go."""
    scribe, figures = room.scribe, room.scribe.figures
    figures.observe = metrics.timer(catalogue.AUDIT_WRITE)
    metrics.watch(catalogue.AUDIT_BACKLOG, lambda: scribe.backlog)
    metrics.watch(catalogue.AUDIT_RECORDS, lambda: dict(figures.records))
    metrics.watch(catalogue.AUDIT_GAPS, lambda: figures.gaps)
    metrics.watch(
        catalogue.AUDIT_ROOM, lambda: {} if figures.room_bytes is None else {(): figures.room_bytes}
    )
    metrics.watch(catalogue.AUDIT_TROUBLE, lambda: room.troubles)
    metrics.watch(catalogue.AUDIT_EXPIRED, expiry.told)


def watch_upstreams(metrics: Metrics, transports: Iterable[Transport]) -> None:
    """Tell when the certificates expire that upstreams showed, of those that the policies use."""

    def expiries() -> Mapping[tuple[str], float]:
        return {
            (name,): expiry
            for transport in transports
            for name, expiry in transport.certificate_expiries().items()
            if metrics.tallies.uses(name)
        }

    metrics.watch(catalogue.UPSTREAM_CERTIFICATE, expiries)


def watch_doors(metrics: Metrics, certificates: CertificateDesk) -> None:
    """Tell when the certificate expires that callers are shown, and how handshakes end."""
    metrics.watch(catalogue.DOOR_CERTIFICATE, certificates.expiry_seconds)
    metrics.watch(catalogue.TLS_HANDSHAKES, certificates.results)
