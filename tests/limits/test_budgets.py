"""How full budgets are, as far as this process has seen."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from gateway.foundation.clock import FakeClock
from gateway.limits.budgets import Budgets, RulesOf
from gateway.limits.kinds import AnyLimit
from gateway.limits.ledger import Hold
from gateway.limits.limit_terms import LimitTerms, limit_terms
from gateway.limits.rules import LimitRules
from gateway.limits.verdict import Standing, Verdict
from tests.fakes.builders import a_caller
from tests.fakes.ledgers import requests, spend

_HOUR_MS = 3_600_000


def terms(*rules: AnyLimit) -> LimitTerms:
    """Return the terms of a plan with these limits."""
    return limit_terms(LimitRules(rules=rules), "acme", "default", "m")


def _as_in(plan: LimitTerms) -> RulesOf:
    return lambda tenant: plan.rules if tenant == "acme" else ()


def test_the_used_part_of_a_budget_is_told_until_its_period_ends() -> None:
    """
    What others have reserved counts as used, the own reservation does not; other limits are no budgets.
    """
    clock = FakeClock()
    budgets = Budgets(clock)
    plan = terms(requests(5), spend("2"))

    hold = Hold("r1", plan.sheet(a_caller(), None), (1, 300_000))
    budgets.see("acme", hold, Verdict(True, (Standing(4, 1), Standing(200_000, _HOUR_MS))))
    during = budgets.used(_as_in(plan))
    clock.advance(3600.0)

    assert {("acme", "budget"): 0.75} == during
    assert {} == budgets.used(_as_in(plan))


def test_who_is_refused_has_reserved_nothing() -> None:
    """
    A budget that is used up is all used.
    """
    budgets = Budgets(FakeClock())
    plan = terms(spend("2"))
    hold = Hold("r1", plan.sheet(a_caller(), None), (300_000,))

    budgets.see("acme", hold, Verdict(False, (Standing(0, _HOUR_MS),), 0, 1))

    assert {("acme", "budget"): 1.0} == budgets.used(_as_in(plan))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ([requests(5), spend("8")], {("acme", "budget"): 0.25}),
        ([spend("1")], {("acme", "budget"): 2.0}),
        ([requests(5)], {}),
        ([spend("8", "day")], {}),
        ([spend("8", per=("key",))], {}),
    ],
)
def test_a_budget_that_policy_changed_is_told_as_it_is_now(
    now: list[AnyLimit], expected: Mapping[tuple[str, str], float]
) -> None:
    """
    Raised, lowered, gone, or begun anew: though whoever had spent it has not come again.
    """
    budgets = Budgets(FakeClock())
    hold = Hold("r1", terms(spend("2")).sheet(a_caller(), None), (300_000,))
    budgets.see("acme", hold, Verdict(False, (Standing(0, _HOUR_MS),), 0, 1))

    assert expected == budgets.used(_as_in(terms(*now)))


def test_a_keys_own_budget_is_told_as_it_was_seen() -> None:
    """
    No plan has it, and a limit of the plan that has its name is another one.
    """
    budgets, plan = Budgets(FakeClock()), terms(spend("8", per=("key",)))
    limits = (
        b'{"rules": [{"kind": "spend", "name": "budget", "amount": "2", "money": "USD", "period": "hour"}]}'
    )
    sheet = terms().sheet(replace(a_caller(), limits=limits), None)

    budgets.see("acme", Hold("r1", sheet, (0,)), Verdict(True, (Standing(500_000, _HOUR_MS),)))

    assert {("acme", "budget"): 0.75} == budgets.used(_as_in(plan))


def test_of_budgets_for_each_user_the_fullest_is_told() -> None:
    """
    Users have no names in metrics.
    """
    budgets = Budgets(FakeClock())
    each = terms(spend("1", per=("end_user",)))

    for user, left in (("anna", 900_000), ("bert", 100_000), ("carl", 500_000)):
        verdict = Verdict(True, (Standing(left, _HOUR_MS),))
        budgets.see("acme", Hold(user, each.sheet(a_caller(), user), (0,)), verdict)

    assert {("acme", "budget"): 0.9} == budgets.used(_as_in(each))


def test_a_hundred_thousand_users_take_no_more_than_their_room() -> None:
    """
    Those that were seen first are forgotten first.
    """
    budgets = Budgets(FakeClock())
    each = terms(spend("1", per=("end_user",)))

    for number in range(3_001):
        left = 0 if number == 0 else 750_000
        hold = Hold("r1", each.sheet(a_caller(), f"user-{number}"), (0,))
        budgets.see("acme", hold, Verdict(True, (Standing(left, _HOUR_MS),)))

    assert {("acme", "budget"): 0.25} == budgets.used(_as_in(each))
