"""What each project of each tenant may ask for."""

from pathlib import Path

import pytest

from gateway.foundation.secret import Secret
from gateway.policy.book import Offer
from gateway.policy.compiler import compile_book
from gateway.policy.loader import load
from gateway.policy.offers import DEMO_TENANT
from gateway.policy.servers import Surroundings
from tests.policy.folder import a_folder

_SIMULATED = Surroundings(simulator_url="http://127.0.0.1:9")


def _offer(path: Path, tenant: str = "acme", project: str = "default", **changes: str) -> Offer:
    book = compile_book(load(a_folder(path, **changes), {}), _SIMULATED)
    return book.offers[tenant][project]


def _route(offer: Offer, model: str) -> list[tuple[str, str]]:
    return [(target.upstream.name, target.model) for target in offer.terms[model].targets]


def _models(*stops: str, extra: str = "") -> str:
    route = ", ".join(f"{{upstream: {stop}, model: m}}" for stop in stops)
    return f"models: {{m: {{route: [{route}]{extra}}}}}"


def _tenant(tenant: str = "acme", residency: str = "external", rest: str = "") -> str:
    return f"tenant: {tenant}\nplan: basic\nresidency: {residency}\n{rest}"


def test_a_model_is_offered_by_its_name_and_its_aliases(tmp_path: Path) -> None:
    """
    An alias has the very same terms, under the model's own name.
    """
    offer = _offer(tmp_path)

    assert offer.terms["deepseek-flash"] is offer.terms["deepseek-v4-flash"]
    assert "deepseek-flash" == offer.terms["deepseek-v4-flash"].model
    assert ["deepseek-flash", "deepseek-v4-flash", "deepseek-chat"] == list(offer.entries)
    assert [("hosted", "deepseek-flash"), ("rack", "v4-flash")] == _route(offer, "deepseek-flash")


def test_limits_of_all_models_and_tenants_remember_their_sheets_together(tmp_path: Path) -> None:
    """
    So one bound holds for all of them; another version of the policies begins anew.
    """
    documents = load(a_folder(tmp_path, tenants__bolt=_tenant("bolt")), {})
    book, another = (compile_book(documents, _SIMULATED) for _ in range(2))

    memories = {
        id(terms.limits.sheets)
        for projects in book.offers.values()
        for offer in projects.values()
        for terms in offer.terms.values()
    }
    other = another.offers["acme"]["default"].terms["deepseek-chat"].limits.sheets

    assert 1 == len(memories)
    assert id(other) not in memories


def test_defaults_and_plan_go_into_the_terms(tmp_path: Path) -> None:
    """
    What the model and the plan say is there without another look-up.
    """
    terms = _offer(tmp_path).terms["deepseek-chat"]

    assert {"thinking": {"type": "disabled"}} == terms.defaults
    assert (2048, "metadata") == (terms.body_limit_bytes, terms.audit.level)


@pytest.mark.parametrize(
    ("tenant_models", "project_models", "expected"),
    [
        ("['*']", "['*']", {"deepseek-flash", "deepseek-v4-flash", "deepseek-chat"}),
        ("['*-chat']", "['*']", {"deepseek-chat"}),
        ("['*']", "['deepseek-cha?']", {"deepseek-chat"}),
        ("['*-chat']", "['*-flash']", set()),
        ("['deepseek-v5-*']", "['*']", set()),
        ("[]", "['*']", set()),
    ],
)
def test_globs_of_tenant_and_project_must_both_match(
    tmp_path: Path, tenant_models: str, project_models: str, expected: set[str]
) -> None:
    """
    A project narrows its tenant; the model's own name counts, not its alias.
    """
    text = _tenant(rest=f"models: {tenant_models}\nprojects: {{app: {{models: {project_models}}}}}")

    offer = _offer(tmp_path, project="app", tenants__acme=text)

    assert expected == set(offer.terms) == set(offer.entries)
    assert {} == offer.withheld


def test_a_dot_in_a_glob_is_a_dot(tmp_path: Path) -> None:
    """
    Nothing but * and ? is special in a glob.
    """
    models = (
        "models: {m-1.5: {route: [{upstream: rack, model: m}]}, m-1x5: {route: [{upstream: rack, model: m}]}}"
    )

    offer = _offer(tmp_path, models=models, tenants__acme=_tenant(rest="models: ['m?1.*']"))

    assert ["m-1.5"] == list(offer.terms)


def test_a_glob_of_many_stars_is_decided_at_once(tmp_path: Path) -> None:
    """
    Its time does not grow with every way to share a name out among the stars.
    """
    name = "a" * 120
    models = f"models: {{{name}: {{route: [{{upstream: rack, model: m}}]}}}}"
    glob = "*a" * 60 + "*b"

    offer = _offer(tmp_path, models=models, tenants__acme=_tenant(rest=f"models: ['{glob}']"))

    assert {} == offer.terms


@pytest.mark.parametrize("where", ["tenant", "project"])
def test_a_tenant_on_the_premises_never_gets_an_external_target(tmp_path: Path, where: str) -> None:
    """
    Tenant and project can both set the ceiling.
    """
    text = (
        _tenant(residency="on_premises")
        if where == "tenant"
        else _tenant(rest="projects: {default: {residency: on_premises}}")
    )

    offer = _offer(tmp_path, tenants__acme=text)

    assert [("rack", "v4-flash")] == _route(offer, "deepseek-flash")
    assert "residency_unavailable" == offer.withheld["deepseek-chat"]().code
    assert "deepseek-chat" not in offer.entries


def test_a_route_keeps_the_stops_that_are_there(tmp_path: Path) -> None:
    """
    An upstream without its credential is left out; a model without any is withheld.
    """
    upstreams = """
upstreams:
  absent: {kind: deepseek, base_url: "https://a.example", residency: external, available: when_credential_set}
  rack: {kind: vllm, base_url: "http://gpu:8000/v1", residency: on_premises}
"""
    both, none = tmp_path / "both", tmp_path / "none"

    offer = _offer(both, upstreams=upstreams, models=_models("absent", "rack"))
    bare = _offer(none, upstreams=upstreams, models=_models("absent", extra=", aliases: [alias]"))

    assert [("rack", "m")] == _route(offer, "m")
    assert {} == bare.terms
    assert ["upstream_unconfigured"] * 2 == [bare.withheld[name]().code for name in ("m", "alias")]


def test_the_first_available_stop_is_the_only_one(tmp_path: Path) -> None:
    """
    `first_available` picks after clearance, so that a narrowed tenant gets the first it may use.
    """
    models = _models("hosted", "rack", extra=", selection: first_available")

    wide = _offer(tmp_path / "wide", models=models)
    narrow = _offer(tmp_path / "narrow", models=models, tenants__acme=_tenant(residency="on_premises"))

    assert [("hosted", "m")] == _route(wide, "m")
    assert [("rack", "m")] == _route(narrow, "m")


@pytest.mark.parametrize(
    ("stops", "home"),
    [
        (("hosted", "rack"), [("rack", "m")]),
        (("hosted", "play", "rack"), [("rack", "m")]),
        (("hosted", "play"), []),
        (("rack", "hosted"), []),
    ],
)
def test_what_has_to_stay_goes_to_the_first_stop_on_the_premises(
    tmp_path: Path, stops: tuple[str, ...], home: list[tuple[str, str]]
) -> None:
    """
    `first_available` leaves it a stop of its own, and never a pretend one.
    """
    models = _models(*stops, extra=", selection: first_available")

    terms = _offer(tmp_path, DEMO_TENANT, models=models, tenants__demo=_tenant(DEMO_TENANT)).terms["m"]

    assert home == [(target.upstream.name, target.model) for target in terms.home]
    assert stops[:1] == tuple(target.upstream.name for target in terms.targets)


@pytest.mark.parametrize("selection", ["failover", "first_available"])
@pytest.mark.parametrize("stops", [("play",), ("play", "hosted"), ("hosted", "play"), ("rack", "play")])
def test_nobody_but_the_demo_ever_gets_the_simulator(
    tmp_path: Path, stops: tuple[str, ...], selection: str
) -> None:
    """
    Whatever a route says, other tenants' terms never contain a pretend model.
    """
    models = _models(*stops, extra=f", selection: {selection}")
    changes = {"models": models, "tenants__demo": _tenant(DEMO_TENANT)}

    acme = _offer(tmp_path, "acme", **changes)
    demo = _offer(tmp_path, DEMO_TENANT, **changes)

    theirs = [target.upstream.name for terms in acme.terms.values() for target in terms.targets]
    assert "play" not in theirs
    assert ("m" in acme.withheld) == (stops == ("play",))
    assert stops[0] == demo.terms["m"].targets[0].upstream.name


@pytest.mark.parametrize("available", ["always", "when_credential_set"])
def test_a_tenant_goes_out_under_its_own_credential(tmp_path: Path, available: str) -> None:
    """
    Also to a server for which the gateway itself has none; nobody else gets there by it.
    """
    upstreams = (
        "upstreams: {far: {kind: deepseek, base_url: 'https://a.example', residency: external, "
        f"available: {available}}}}}"
    )
    own = _tenant(rest="upstreams: {far: {credential: sk-own}}")
    changes = {"upstreams": upstreams, "models": _models("far"), "tenants__bolt": _tenant("bolt")}

    mine = _offer(tmp_path, tenants__acme=own, **changes)
    theirs = _offer(tmp_path, "bolt", tenants__acme=own, **changes)

    assert [Secret("sk-own")] == [target.upstream.credential for target in mine.terms["m"].targets]
    credentials = [target.upstream.credential for terms in theirs.terms.values() for target in terms.targets]
    assert [None] * (available == "always") == credentials


def test_an_empty_credential_of_a_tenant_is_none(tmp_path: Path) -> None:
    """
    A variable that is not set leaves the gateway's own in force.
    """
    offer = _offer(tmp_path, tenants__acme=_tenant(rest="upstreams: {hosted: {credential: '${NONE:-}'}}"))

    assert [Secret("sk-hosted")] == [
        target.upstream.credential for target in offer.terms["deepseek-chat"].targets
    ]
