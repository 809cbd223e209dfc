"""Outcomes become metrics."""

import pytest

from gateway.vocabulary.ending import Ending
from gateway.vocabulary.notice import Notice
from gateway.vocabulary.usage import Usage
from tests.fakes.builders import a_caller, an_attempt, an_outcome
from tests.fakes.measured import Observed

REFUSED = an_outcome(
    caller=None,
    model=None,
    status=401,
    ending=Ending.REFUSED,
    code="invalid_credential",
    usage=Usage(),
    attempts=(),
    first_token_seconds=None,
    streamed=False,
)


def test_exchanges_are_counted_by_tenant_model_status_and_ending() -> None:
    """
    The same outcome twice is one sample of two.
    """
    left = an_outcome(ending=Ending.CALLER_LEFT)

    observed = Observed(an_outcome(), an_outcome(), left)

    labels = {"tenant": "acme", "model": "deepseek-chat", "status": "200"}
    assert 2 == observed.value("requests_total", **labels, ending="finished")
    assert 1 == observed.value("requests_total", **labels, ending="caller_left")


def test_strangers_are_counted_under_no_name() -> None:
    """
    Whoever has no tenant and no model is `none`, whatever was typed.
    """
    observed = Observed(REFUSED)

    assert 1 == observed.value("requests_total", tenant="none", model="none", status="401", ending="refused")


def test_an_exchange_without_an_answer_has_no_status() -> None:
    """
    Who left before the head was sent nothing.
    """
    observed = Observed(an_outcome(status=None, ending=Ending.CALLER_LEFT))

    assert 1 == observed.value(
        "requests_total", tenant="acme", model="deepseek-chat", status="none", ending="caller_left"
    )


def test_tenants_are_kept_apart() -> None:
    """
    Also in the children that are remembered.
    """
    observed = Observed(an_outcome(caller=a_caller("one")), an_outcome(caller=a_caller("two")))

    assert [1, 1] == [
        observed.value("tokens_total", tenant=tenant, model="deepseek-chat", type="reasoning") / 2  # type: ignore[operator]
        for tenant in ("one", "two")
    ]


@pytest.mark.parametrize(("streamed", "mode"), [(True, "stream"), (False, "whole")])
def test_durations_are_observed_by_mode(*, streamed: bool, mode: str) -> None:
    """
    Streams and whole answers have their own histograms.
    """
    observed = Observed(an_outcome(streamed=streamed))

    labels = {"model": "deepseek-chat", "mode": mode}
    assert 1.5 == observed.value("request_duration_seconds_sum", **labels)
    assert 0.25 == observed.value("first_token_seconds_sum", **labels)


def test_an_exchange_without_a_first_token_observes_none() -> None:
    """
    Zero would be a lie.
    """
    observed = Observed(REFUSED)

    assert observed.value("first_token_seconds_count", model="none", mode="whole") is None
    assert 1 == observed.value("request_duration_seconds_count", model="none", mode="whole")


def test_tokens_are_counted_by_type() -> None:
    """
    Hits and misses make the prompt; reasoning is part of the completion.
    """
    observed = Observed(an_outcome(usage=Usage(7, 5, 4, 3, 2)))

    assert [4, 3, 5, 2] == [
        observed.value("tokens_total", tenant="acme", model="deepseek-chat", type=kind)
        for kind in ("cache_hit", "cache_miss", "completion", "reasoning")
    ]


def test_every_try_is_counted_and_every_failed_one_by_its_code() -> None:
    """
    A fail-over is two tries and one error.
    """
    attempts = (an_attempt("first", "upstream_timeout"), an_attempt("second"))

    observed = Observed(an_outcome(attempts=attempts))

    assert [1, 1] == [
        observed.value("upstream_attempts_total", upstream=name) for name in ("first", "second")
    ]
    assert 1 == observed.value("upstream_errors_total", upstream="first", code="upstream_timeout")
    assert observed.value("upstream_errors_total", upstream="second", code="upstream_timeout") is None


def test_notices_are_counted_by_kind() -> None:
    """
    So that a rejected policy can raise an alarm.
    """
    observed = Observed()

    observed.observer.noticed(Notice("policy.rejected", {"count": 3}))

    assert 1 == observed.value("notices_total", kind="policy.rejected")


def test_a_slow_exchange_names_its_trace() -> None:
    """
    So that somebody who sees a bucket fill up finds a request that fell into it.
    """
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    observed = Observed(an_outcome(trace_id=trace))

    [told] = [
        sample
        for sample in observed.samples("gateway_request_duration_seconds_bucket")
        if sample.exemplar is not None
    ]
    assert ("2.0", {"trace_id": trace}, 1.5) == (
        told.labels["le"],
        told.exemplar.labels,  # type: ignore[union-attr]
        told.exemplar.value,  # type: ignore[union-attr]
    )
