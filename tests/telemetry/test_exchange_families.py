"""Tallies are told as Prometheus wants them."""

from prometheus_client import generate_latest

from gateway.telemetry.exchange_families import ExchangeFamilies
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.tallies import Tallies
from gateway.vocabulary.cache_use import CacheUse
from gateway.vocabulary.protection import Protection
from gateway.vocabulary.residency import Clearance
from gateway.vocabulary.usage import Usage
from tests.fakes.builders import a_caller, an_outcome


def metrics_after_both_modes_and_tenants() -> Metrics:
    metrics = Metrics()
    for tenant in ("one", "two"):
        for streamed in (True, False):
            metrics.tallies.add(an_outcome(caller=a_caller(tenant), streamed=streamed))
    return metrics


def test_a_set_of_labels_is_told_once() -> None:
    """
    Tallies are kept finer than the labels; a sample that came twice would break the scrape.
    """
    told = [
        (sample.name, tuple(sorted(sample.labels.items())))
        for family in metrics_after_both_modes_and_tenants().registry.collect()
        for sample in family.samples
    ]

    assert sorted(set(told)) == sorted(told)


def test_what_is_told_under_one_label_is_the_sum() -> None:
    """
    Requests do not tell modes apart, durations do not tell tenants apart.
    """
    value = metrics_after_both_modes_and_tenants().registry.get_sample_value

    labels = {"tenant": "one", "model": "deepseek-chat", "status": "200", "ending": "finished"}
    assert 2 == value("gateway_requests_total", labels)
    assert 2 == value("gateway_first_token_seconds_count", {"model": "deepseek-chat", "mode": "stream"})
    assert 3.0 == value("gateway_request_duration_seconds_sum", {"model": "deepseek-chat", "mode": "whole"})


def test_buckets_grow_to_the_count() -> None:
    """
    Each holds what is below it, the last one everything.
    """
    text = generate_latest(metrics_after_both_modes_and_tenants().registry)

    assert b'gateway_request_duration_seconds_bucket{le="1.0",mode="whole",model="deepseek-chat"} 0.0' in text
    assert b'gateway_request_duration_seconds_bucket{le="2.0",mode="whole",model="deepseek-chat"} 2.0' in text
    assert (
        b'gateway_request_duration_seconds_bucket{le="+Inf",mode="whole",model="deepseek-chat"} 2.0' in text
    )
    assert b'gateway_request_duration_seconds_count{mode="whole",model="deepseek-chat"} 2.0' in text


def test_the_families_are_there_before_the_first_exchange() -> None:
    """
    A dashboard finds their names and types at once.
    """
    families = list(ExchangeFamilies(Tallies()).collect())

    assert 9 == len(families)
    assert [] == [sample for family in families for sample in family.samples]


def test_private_values_are_counted_by_kind_and_action() -> None:
    """
    Over all exchanges of a tenant; no label holds a value.
    """
    metrics = Metrics()
    protection = Protection("baseline", Clearance.EXTERNAL, (("EMAIL", "mask", 2), ("PHONE", "block", 1)))
    for _ in range(2):
        metrics.tallies.add(an_outcome(protection=protection))

    text = generate_latest(metrics.registry).decode()

    assert 'gateway_redactions_total{action="mask",entity="EMAIL",tenant="acme"} 4.0' in text
    assert 'gateway_redactions_total{action="block",entity="PHONE",tenant="acme"} 2.0' in text


def test_the_cache_is_told_by_what_came_of_it_and_what_it_saved() -> None:
    """
    By tenant and model; exchanges without a cache are not counted.
    """
    metrics, hit = metrics_after_both_modes_and_tenants(), CacheUse("hit", saved=Usage(7, 5))
    for use in (hit, CacheUse("collapsed", saved=Usage(1, 2)), CacheUse("miss")):
        metrics.tallies.add(an_outcome(cache=use))
    metrics.tallies.add(an_outcome(cache=hit, streamed=False))
    value, labels = metrics.registry.get_sample_value, {"tenant": "acme", "model": "deepseek-chat"}

    results = [labels | {"result": result} for result in ("hit", "collapsed", "miss", "bypass")]
    assert [2, 1, 1, None] == [value("gateway_cache_requests_total", one) for one in results]
    saved = [labels | {"type": kind} for kind in ("prompt", "completion")]
    assert [15, 12] == [value("gateway_cache_saved_tokens_total", one) for one in saved]
