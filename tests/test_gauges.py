"""What is told beside what exchanges leave behind."""

import asyncio
import datetime as dt
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from gateway.cache.library import Library, Place
from gateway.cache.store import Address
from gateway.edge.tls.desk import CertificateDesk
from gateway.edge.tls.files import TlsFiles
from gateway.foundation.clock import FakeClock
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.redis_link.address import parse_address
from gateway.gauges import Gauges, watch_cache, watch_doors, watch_limits, watch_state, watch_upstreams
from gateway.limits.opening import Ledgers
from gateway.telemetry.catalogue import EVENT_LOOP_DELAY
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.tenant_names import TenantNames
from gateway.vocabulary.notice import Notice
from tests.fakes.builders import an_outcome
from tests.fakes.certificates import END, Authority
from tests.fakes.fixed_keys import FixedKeys
from tests.fakes.ledgers import requests
from tests.fakes.measured import values_of
from tests.fakes.small_house import a_book


class Told:
    """Gauges of a process that began with a policy."""

    def __init__(self) -> None:
        self.clock = FakeClock(wall=1_800_000_000.0)
        self.metrics = Metrics(TenantNames(9))
        self.gauges = Gauges(self.metrics, self.clock)
        self.gauges.began(a_book())

    def values(self, name: str) -> dict[str, float]:
        """Return the values of one metric by their labels' values."""
        return {
            ",".join(dict(labels).values()): value
            for (found, labels), value in values_of(self.metrics.readings()).items()
            if found == f"gateway_{name}"
        }


def test_which_policies_are_valid_and_since_when_is_told() -> None:
    """
    Reloads are there from the beginning as none.
    """
    told = Told()

    assert {a_book().version: 1} == told.values("policy_info")
    assert {"": 1_800_000_000.0} == told.values("policy_loaded_timestamp_seconds")
    assert {"loaded": 0, "rejected": 0} == told.values("policy_reloads_total")
    assert {"": 0} == told.values("policy_rejected")


def test_a_rejected_policy_is_told_until_one_is_loaded() -> None:
    """
    The old one stays the valid one, and is as old as it was.
    """
    told = Told()
    told.clock.advance(60.0)
    told.gauges.noticed(Notice("policy.rejected", {"count": 1}))
    rejected = [told.values(name) for name in ("policy_rejected", "policy_loaded_timestamp_seconds")]

    told.gauges.noticed(Notice("policy.reloaded", {"version": "v2", "previous": "v1"}))
    told.gauges.exchange_ended(an_outcome())

    assert [{"": 1}, {"": 1_800_000_000.0}] == rejected
    assert {"": 0} == told.values("policy_rejected")
    assert {"v2": 1} == told.values("policy_info")
    assert {"": 1_800_000_060.0} == told.values("policy_loaded_timestamp_seconds")
    assert {"loaded": 1, "rejected": 1} == told.values("policy_reloads_total")


def test_the_program_and_the_losses_of_its_logs_are_told() -> None:
    """
    A log that comes later, too.
    """
    told = Told()
    told.gauges.losses["access"] = lambda: 0
    told.gauges.losses["audit"] = lambda: 3

    assert {version("deepseek-gateway"): 1} == told.values("build_info")
    assert {"access": 0, "audit": 3} == told.values("lost_log_lines")


async def test_a_late_event_loop_is_measured() -> None:
    """
    As seconds, four times a second.
    """
    told = Told()
    measuring = asyncio.ensure_future(told.gauges.run())

    await asyncio.sleep(0.3)
    measuring.cancel()

    delays = next(
        list(readings) for family, readings in told.metrics.readings() if family is EVENT_LOOP_DELAY
    )
    assert 1 == sum(delays[0].counts)


def test_what_limits_decide_is_told_also_without_their_ledger() -> None:
    """
    Under the kind of limit and its name where one decided.
    """
    told = Told()
    ledgers = Ledgers(told.clock, lambda _: None)
    watch_limits(told.metrics, ledgers, ledgers.limiter(), a_book)
    ledgers.decisions.add("acme", "refused", requests(5))
    ledgers.decisions.add_degraded("acme", "degraded_allow", "gone")
    ledgers.decisions.add_degraded("other-one", "degraded_allow", "gone")

    assert {("deny", "limits"): 0, ("allow", "limits"): 2, ("limits", "local"): 0} == {
        tuple(sorted(labels.split(","))): value
        for labels, value in told.values("store_degraded_decisions_total").items()
    }
    decided = told.values("limit_decisions_total")
    assert {1.0} == set(decided.values())
    assert 3 == len(decided)
    assert {"": 0} == told.values("unsettled_reservations")


def test_what_is_decided_without_the_state_store_is_told_once() -> None:
    """
    What several decide alike adds up, and all of it is there from the start.
    """
    told = Told()
    identity, audit = {"remembered": 0, "refused": 2}, {"no_text": 0, "refused": 1}
    watch_state(told.metrics, lambda: identity, lambda: audit)

    values = told.values("store_degraded_decisions_total")
    assert {("remembered", "state"): 0, ("refused", "state"): 3, ("no_text", "state"): 0} == {
        tuple(sorted(labels.split(","))): value for labels, value in values.items()
    }


def test_the_doors_certificate_and_its_handshakes_are_told(tmp_path: Path) -> None:
    """
    The end is that of the certificate in force.
    """
    told = Told()
    authority = Authority(tmp_path)
    pair = authority.pair("localhost")
    desk = CertificateDesk(TlsFiles(pair.certificate, pair.key), told.clock)
    watch_doors(told.metrics, desk)
    desk.entrances[0].count("plain_http")
    pair.become(authority.pair("localhost", "new", end=END - dt.timedelta(days=1)))
    desk.reload()

    assert {"": END.timestamp() - 86_400} == told.values("door_certificate_expiry_timestamp_seconds")
    assert {"plain_http": 1} == told.values("tls_handshakes_total")


def test_what_a_cache_decides_without_its_redis_is_told() -> None:
    """
    A look that has no answer, and an answer that was to be kept.
    """
    told = Told()

    async def ask_in_vain() -> None:
        tasks = LastTasks(lambda _: None)
        place = Place(parse_address("redis://127.0.0.1:1"), None, 1_000_000)
        library = Library(place, FixedKeys(), told.clock, tasks=tasks, tell=lambda _: None)
        watch_cache(told.metrics, library)
        here = Address(b"tenant01", b"n" * 16)
        library.store.keep(here, b"entry", 60)
        look = library.store.look(here)
        assert isinstance(look, asyncio.Future)
        await look
        await library.close()
        await tasks.finish(0)

    asyncio.run(ask_in_vain())

    values = told.values("store_degraded_decisions_total")
    assert {("cache", "unanswered"): 1, ("cache", "not_kept"): 1} == {
        (("cache", *(set(labels.split(",")) - {"cache"}))): value for labels, value in values.items()
    }


class _Shown:
    """A transport whose upstreams have shown certificates; nothing else of it is asked for."""

    def certificate_expiries(self) -> Mapping[str, float]:
        """Return when they expire."""
        return {"first": 1.0, "second": 2.0}


def test_a_certificate_is_told_as_long_as_policies_use_its_upstream() -> None:
    """
    Who takes an upstream out because its certificate ends is not called for it till the next restart.
    """
    told = Told()
    watch_upstreams(told.metrics, [_Shown()])  # type: ignore[list-item]
    before = told.values("upstream_certificate_expiry_timestamp_seconds")

    told.metrics.tallies.expect_upstreams(["second"])

    assert {"first": 1.0, "second": 2.0} == before
    assert {"second": 2.0} == told.values("upstream_certificate_expiry_timestamp_seconds")
