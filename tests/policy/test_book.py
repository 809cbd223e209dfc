"""The book answers what a caller may do."""

from dataclasses import replace
from pathlib import Path

import pytest

from gateway.policy.book import PolicyBook
from gateway.policy.compiler import compile_book
from gateway.policy.loader import load
from gateway.policy.refusals import ResidencyUnavailable, UnknownModel, UpstreamUnconfigured
from gateway.policy.servers import Surroundings
from gateway.vocabulary.caller import Caller
from tests.policy.folder import a_folder

_ACME = Caller("acme", "app", "first", "api_key")
_BOLT = Caller("bolt", "default", "b", "api_key")
_STRANGER = Caller("nobody", "default", "n", "api_key")
_BOLT_RULES = "tenant: bolt\nplan: basic\nresidency: on_premises\nmodels: ['*-chat', toy]\n"
_MODELS = """
models:
  deepseek-flash:
    {aliases: [flash], owned_by: us, created: 5, about: {size: 9}, route: [{upstream: hosted, model: f}]}
  deepseek-chat: {route: [{upstream: hosted, model: f}]}
  toy: {route: [{upstream: play, model: t}]}
"""


@pytest.fixture
def book(tmp_path: Path) -> PolicyBook:
    """A book with a wide tenant and a narrow one."""
    return compile_book(
        load(a_folder(tmp_path, models=_MODELS, tenants__bolt=_BOLT_RULES), {}), Surroundings()
    )


def test_terms_are_the_same_object_each_time(book: PolicyBook) -> None:
    """
    Nothing is built on the way of a request.
    """
    assert book.terms(_ACME, "flash") is book.terms(_ACME, "deepseek-flash")
    assert book.version == book.terms(_ACME, "flash").policy_version


@pytest.mark.parametrize(
    ("caller", "model"),
    [(_ACME, "gpt-9"), (_BOLT, "deepseek-flash"), (_BOLT, "flash"), (_STRANGER, "deepseek-flash")],
)
def test_a_model_that_is_not_for_this_caller_does_not_exist(
    book: PolicyBook, caller: Caller, model: str
) -> None:
    """
    A forbidden model and one that never was get the same refusal, asked for or looked up.
    """
    with pytest.raises(UnknownModel) as asked:
        book.terms(caller, model)
    with pytest.raises(UnknownModel) as looked_up:
        book.model(caller, model)

    assert UnknownModel.named(model).message == asked.value.message == looked_up.value.message


def test_a_model_that_would_leave_the_premises_is_refused_as_such(book: PolicyBook) -> None:
    """
    The tenant may use the model, but not where it is served.
    """
    with pytest.raises(ResidencyUnavailable):
        book.terms(_BOLT, "deepseek-chat")


def test_a_model_without_a_server_is_refused_as_such(book: PolicyBook) -> None:
    """
    The fault is the gateway's, and it says so.
    """
    with pytest.raises(UpstreamUnconfigured):
        book.terms(_BOLT, "toy")

    assert ("toy",) == book.unserved


def test_a_refusal_is_a_fresh_one_each_time(book: PolicyBook) -> None:
    """
    Two exchanges never share an exception, which would grow by every traceback.
    """
    raised = []
    for _ in range(2):
        with pytest.raises(ResidencyUnavailable) as refused:
            book.terms(_BOLT, "deepseek-chat")
        raised.append(refused.value)

    assert raised[0] is not raised[1]


def test_the_list_shows_what_this_caller_may_use_now(book: PolicyBook) -> None:
    """
    Aliases are listed; what is withheld or forbidden is not.
    """
    assert ["deepseek-flash", "flash", "deepseek-chat"] == [entry["id"] for entry in book.models(_ACME)]
    assert [] == book.models(_BOLT)
    assert [] == book.models(_STRANGER)
    shown = {"id": "flash", "object": "model", "created": 5, "owned_by": "us", "size": 9}
    assert shown == book.model(_ACME, "flash")


def test_the_body_limit_is_the_plans(book: PolicyBook) -> None:
    """
    The door learns from the book how much it may read.
    """
    assert 2048 == book.body_limit(_ACME)


def test_the_limits_of_a_tenant_are_its_plans(book: PolicyBook) -> None:
    """
    A tenant that there is not has none.
    """
    assert (book.plans["acme"].limits.rules, ()) == (book.limit_rules("acme"), book.limit_rules("nobody"))


def test_tenants_are_known_by_name(book: PolicyBook) -> None:
    """
    The composition root asks whether there is a demo at all.
    """
    assert book.has_tenant("acme")
    assert not book.has_tenant("demo")


def test_only_upstreams_that_a_route_uses_are_named(book: PolicyBook) -> None:
    """
    A server that no model leads to is not connected to.
    """
    assert ["hosted"] == [upstream.name for upstream in book.upstreams]


def test_a_key_of_few_models_sees_and_gets_no_others(book: PolicyBook) -> None:
    """
    What it may not use does not exist for it, aliases and withheld models included.
    """
    narrow = replace(_ACME, models=("*-chat",))
    far = replace(_BOLT, models=("toy*",))

    assert ["deepseek-chat"] == [entry["id"] for entry in book.models(narrow)]
    assert book.terms(_ACME, "deepseek-chat") is book.terms(narrow, "deepseek-chat")
    for caller, model in ((narrow, "deepseek-flash"), (narrow, "flash"), (far, "deepseek-chat")):
        with pytest.raises(UnknownModel):
            book.terms(caller, model)
        with pytest.raises(UnknownModel):
            book.model(caller, model)


_WILD = """
models:
  deepseek-flash: {aliases: ['claude-sonnet*', 'claude-?'], route: [{upstream: hosted, model: f}]}
  deepseek-pro: {aliases: ['claude-*', claude-opus], route: [{upstream: hosted, model: p}]}
  toy: {aliases: ['toy-*'], route: [{upstream: play, model: t}]}
"""


@pytest.fixture
def wild(tmp_path: Path) -> PolicyBook:
    """A book with wild cards in aliases, and a tenant that has the second model alone."""
    narrow = "tenant: bolt\nplan: basic\nresidency: external\nmodels: [deepseek-pro]\n"
    return compile_book(load(a_folder(tmp_path, models=_WILD, tenants__bolt=narrow), {}), Surroundings())


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("claude-sonnet-4-5", "deepseek-flash"),
        ("claude-3", "deepseek-flash"),
        ("claude-opus", "deepseek-pro"),
        ("claude-opus-4", "deepseek-pro"),
        ("claude-", "deepseek-pro"),
    ],
)
def test_an_alias_with_wild_cards_stands_for_what_nothing_else_has(
    wild: PolicyBook, name: str, model: str
) -> None:
    """
    A plain name goes before, then the first pattern in the file; the model is shown as it was asked for.
    """
    assert model == wild.terms(_ACME, name).model
    assert name == wild.model(_ACME, name)["id"]


def test_an_alias_with_wild_cards_is_none_of_the_models_that_are_listed(wild: PolicyBook) -> None:
    """
    Nobody could ask for it.
    """
    assert ["deepseek-flash", "deepseek-pro", "claude-opus"] == [entry["id"] for entry in wild.models(_ACME)]


def test_an_alias_with_wild_cards_leads_to_no_more_than_its_caller_may_use(wild: PolicyBook) -> None:
    """
    For who has not the first model, the first pattern of theirs counts; what has no server says so.
    """
    assert "deepseek-pro" == wild.terms(_BOLT, "claude-sonnet-4-5").model
    with pytest.raises(UnknownModel):
        wild.terms(replace(_ACME, models=("deepseek-pro",)), "claude-sonnet-4-5")
    with pytest.raises(UnknownModel):
        wild.model(replace(_ACME, models=("deepseek-pro",)), "claude-sonnet-4-5")
    with pytest.raises(UpstreamUnconfigured):
        wild.terms(_ACME, "toy-1")
