"""The tallies of exchanges, family by family."""

import re

from gateway.vocabulary.cache_use import CacheUse
from gateway.vocabulary.protection import Protection
from gateway.vocabulary.residency import Clearance
from gateway.vocabulary.usage import Usage
from monitoring.rules import alerts
from tests.fakes.builders import an_attempt, an_outcome
from tests.fakes.measured import Observed


def test_money_is_told_in_whole_units() -> None:
    """
    Of each currency by itself, spent and saved.
    """
    saved = CacheUse("hit", saved=Usage(9, 8), saved_costs={"USD": 250_000})
    observed = Observed(an_outcome(costs={"USD": 1_500_000, "CNY": 1}), an_outcome(cache=saved))

    spent = {one.labels["currency"]: one.value for one in observed.samples("gateway_cost_total")}
    assert {"USD": 1.5, "CNY": 0.000001} == spent
    labels = {"tenant": "acme", "model": "deepseek-chat"}
    assert 0.25 == observed.value("cache_saved_cost_total", **labels, currency="USD")
    assert [9, 8] == [
        observed.value("cache_saved_tokens_total", **labels, type=kind) for kind in ("prompt", "completion")
    ]


def test_who_has_no_cache_saves_nothing() -> None:
    """
    There is no series of zeros for it.
    """
    observed = Observed(an_outcome())

    assert [] == observed.samples("gateway_cache_saved_tokens_total")
    assert [] == observed.samples("gateway_cache_requests_total")


def test_upstreams_are_up_until_they_are_not() -> None:
    """
    One that was never tried is neither.
    """
    bad = an_outcome(attempts=(an_attempt("first", "upstream_timeout"), an_attempt("second")))

    observed = Observed(bad, bad, bad)

    assert [0, 1, None] == [observed.value("upstream_up", upstream=name) for name in ("first", "second", "x")]
    assert 3 == observed.value("upstream_errors_total", upstream="first", code="upstream_timeout")
    assert 3 == observed.value("upstream_duration_seconds_count", upstream="second")


def test_what_only_operators_can_mend_is_told_before_it_happens() -> None:
    """
    A series that begins with five refusals has not grown: nobody would be called for it.
    """
    observed = Observed()
    observed.metrics.tallies.expect_upstreams(["hosted"])

    before = {one.labels["code"]: one.value for one in observed.samples("gateway_upstream_errors_total")}
    expression = next(alert.expression for alert in alerts() if alert.name == "UpstreamRefusesUs")
    (codes,) = re.findall('code=~"(.*?)"', expression)
    assert dict.fromkeys(codes.split("|"), 0) == before
    assert 0 == observed.value("upstream_attempts_total", upstream="hosted")


def test_redactions_are_told_by_entity_and_action() -> None:
    """
    As often as they were made.
    """
    protection = Protection("baseline", Clearance.EXTERNAL, (("PHONE", "pseudonymise", 3),))

    observed = Observed(an_outcome(protection=protection), an_outcome(protection=protection))

    assert 6 == observed.value("redactions_total", tenant="acme", entity="PHONE", action="pseudonymise")


def test_each_model_has_its_pace_in_each_mode() -> None:
    """
    The pace of tokens is that of streams.
    """
    observed = Observed(an_outcome(usage=Usage(7, 11)), an_outcome(streamed=False))

    assert 1 == observed.value("output_token_seconds_count", model="deepseek-chat")
    assert [1, 1] == [
        observed.value("overhead_seconds_count", model="deepseek-chat", mode=mode)
        for mode in ("stream", "whole")
    ]
