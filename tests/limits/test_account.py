"""Where somebody stands with their limits."""

from typing import Any

from gateway.limits.account import Account, Line, account_of, balance_document, line_document
from gateway.limits.limit_terms import limit_terms
from gateway.limits.rules import LimitRules
from gateway.limits.verdict import Standing
from tests.fakes.builders import a_caller
from tests.fakes.ledgers import a_counter, at_once, requests, spend, tokens


def _account(*rules: Any, models: tuple[str, ...] = ("flash", "pro")) -> Account:
    terms = [limit_terms(LimitRules(rules=rules), "acme", "default", model) for model in models]
    return account_of(terms, a_caller(), None)


def test_a_counter_that_several_models_share_is_one_line() -> None:
    """
    One that counts each model alone has a line for each, which says which.
    """
    account = _account(requests(5), tokens(9, per=("model",)))

    assert [("requests", None), ("tokens", "flash"), ("tokens", "pro")] == [
        (counter.rule.name, model) for counter, model in account.counters
    ]
    assert 3 == len(account.sheet.counters)


def test_a_line_tells_limit_use_and_rest() -> None:
    """
    In the words of the policy.
    """
    line = Line(a_counter(tokens(100, per=("key",))), None, Standing(30, 1_500))

    assert {
        "name": "tokens",
        "kind": "tokens",
        "per": ["key"],
        "mode": "enforce",
        "limit": 100,
        "used": 70,
        "remaining": 30,
        "resets_in_seconds": 2,
        "window_seconds": 60,
    } == line_document(line)


def test_money_is_told_as_text_with_its_calendar() -> None:
    """
    To the millionth, and never below nothing.
    """
    document = line_document(Line(a_counter(spend("1.5", "month")), None, Standing(-1, 0)))

    assert ("1.500000", "1.500001", "0.000000", "USD") == (
        document["limit"], document["used"], document["remaining"], document["currency"],
    )  # fmt: skip
    assert ("month", "UTC", False) == (
        document["period"],
        document["time_zone"],
        "window_seconds" in document,
    )


def test_the_balance_is_that_of_the_tightest_budget() -> None:
    """
    In DeepSeek's shape; shadows and other limits are no money.
    """
    lines = [
        Line(a_counter(spend("5")), None, Standing(3_999_999, 0)),
        Line(a_counter(spend("9", "month")), None, Standing(2_500_000, 0)),
        Line(a_counter(spend("1", "day", mode="shadow")), None, Standing(0, 0)),
        Line(a_counter(at_once(1)), None, Standing(0, 0)),
    ]

    assert {
        "is_available": True,
        "balance_infos": [
            {
                "currency": "USD",
                "total_balance": "2.50",
                "granted_balance": "0.00",
                "topped_up_balance": "2.50",
            }
        ],
    } == balance_document(lines)


def test_a_budget_that_is_used_up_is_not_available() -> None:
    """
    Without a budget there is nothing to use up.
    """
    assert not balance_document([Line(a_counter(spend("5")), None, Standing(0, 0))])["is_available"]
    assert {"is_available": True, "balance_infos": []} == balance_document([])
