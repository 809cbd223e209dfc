"""Prices meet routes."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.limits.kinds.spend import SpendLimit
from gateway.policy.compiler import compile_book
from gateway.policy.errors import PolicyRejected
from gateway.policy.loader import load
from gateway.policy.pricing import unpriced_model
from gateway.policy.servers import Surroundings
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.demand import ONE_REQUEST, Amounts
from tests.identity.test_key_document import a_document
from tests.policy.folder import a_folder

_SPENDING = (
    "plan: basic\nlimits: {rules: [{kind: spend, name: budget, amount: '5', money: USD, period: day}]}"
)
PRICE = (
    "prices:\n- {upstream: '*', model: '*', currency: USD, valid_from: '2026-01-01', "
    "per_million: {cache_hit: '1', cache_miss: '2', output: '3'}}"
)


def _mistakes(folder: Path) -> list[str]:
    try:
        compile_book(load(folder, {}), Surroundings())
    except PolicyRejected as rejected:
        # One for each target that lacks a price.
        return list(dict.fromkeys(f"{error.file}: {error.key}" for error in rejected.errors))
    return []


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        (None, ["plans/basic.yaml: limits.rules[0]"]),
        (PRICE.replace("USD", "CNY"), ["plans/basic.yaml: limits.rules[0]"]),
        (PRICE.replace("model: '*'", "model: other"), ["plans/basic.yaml: limits.rules[0]"]),
        (PRICE, []),
        (PRICE.replace("2026-01-01", "2026-01-41"), ["prices.yaml: prices[0].valid_from"]),
    ],
)
def test_a_limit_on_money_needs_every_price(tmp_path: Path, prices: str | None, expected: list[str]) -> None:
    """
    An unknown price is a mistake when the documents are read, not nothing when the bill comes.
    """
    documents = {"plans__basic": _SPENDING} | ({} if prices is None else {"prices": prices})

    assert expected == _mistakes(a_folder(tmp_path, **documents))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Amounts(1, 1, 1, {"USD": 2})),
        ({"prices": PRICE.replace("'1'", "'0'").replace("'2'", "'0'")}, Amounts(1, 1, 1, {"USD": 0})),
        ({"plans__basic": _SPENDING + "\ncache: {enabled: true}"}, ONE_REQUEST),
    ],
)
def test_terms_say_what_any_request_takes(tmp_path: Path, changes: dict[str, str], expected: Amounts) -> None:
    """
    No money where it may be free, and no tokens either where the answer may be kept.
    """
    folder = a_folder(tmp_path, **{"plans__basic": _SPENDING, "prices": PRICE} | changes)
    offer = compile_book(load(folder, {}), Surroundings()).offers["acme"]["default"]

    assert expected == offer.terms["deepseek-chat"].least


@pytest.mark.parametrize(
    ("section", "place"),
    [
        ("keys: [{id: k, hash: 'sha256:%s', limits: LIMITS}]", "keys[0]"),
        ("clients: [{id: c, hashes: ['sha256:%s'], limits: LIMITS}]", "clients[0]"),
    ],
)
def test_limits_that_credentials_bring_need_their_prices_too(
    tmp_path: Path, section: str, place: str
) -> None:
    """
    At their place.
    """
    limits = "{rules: [{kind: spend, name: budget, amount: '5', money: USD, period: day}]}"
    own = section.replace("LIMITS", limits) % ("0" * 64)
    folder = a_folder(tmp_path, tenants__acme=f"tenant: acme\nplan: basic\nresidency: external\n{own}")

    assert [f"tenants/acme.yaml: {place}.limits.rules[0]"] == _mistakes(folder)


def test_terms_know_what_their_targets_cost(tmp_path: Path) -> None:
    """
    Also where no limit asks for it: metrics and audit do.
    """
    book = compile_book(load(a_folder(tmp_path, prices=PRICE), {}), Surroundings())
    caller = Caller("acme", "default", "k", "api_key")
    terms = book.terms(caller, book.models(caller)[0]["id"])

    assert terms.tariff is not None
    places = [(target.upstream.name, target.model) for target in terms.targets]
    assert {"USD": 5} == terms.tariff.most(places, 0.0, 1, 1)


@pytest.mark.parametrize(
    ("money", "key", "expected"),
    [
        ("USD", {}, None),
        ("EUR", {}, "deepseek-flash"),
        ("EUR", {"models": ("other-*",)}, None),
        ("EUR", {"tenant": "nobody"}, None),
    ],
)
def test_a_model_of_a_key_without_a_price_is_found(
    tmp_path: Path, money: str, key: dict[str, Any], expected: str | None
) -> None:
    """
    Among those that the key may ask.
    """
    documents = load(a_folder(tmp_path, prices=PRICE), {})
    rule = msgspec.convert(
        {"kind": "spend", "name": "b", "amount": "5", "money": money, "period": "day"}, SpendLimit
    )
    document = a_document(**key)

    assert expected == unpriced_model(documents, document, rule)
