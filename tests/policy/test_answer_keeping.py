"""Which models of which route have a cache."""

from dataclasses import replace
from pathlib import Path

import pytest

from gateway.cache.rules import CacheRules
from gateway.policy.answer_keeping import kept_by, vet_answer_keeping
from gateway.policy.book import PolicyBook
from gateway.policy.compiler import compile_book
from gateway.policy.loader import load
from gateway.policy.servers import Surroundings
from gateway.upstreams.target import Origin, Target
from tests.fakes.builders import a_target
from tests.fakes.sealing import WordFinder
from tests.policy.folder import KEY_HASH, a_folder

_ON = CacheRules(enabled=True)


def test_only_the_models_that_are_named_have_a_cache() -> None:
    """
    By their own names, with wild cards.
    """
    rules = CacheRules(enabled=True, models=("deepseek-*",))

    assert kept_by(rules, "deepseek-flash", [a_target()]) is not None
    assert kept_by(rules, "other", [a_target()]) is None
    assert kept_by(CacheRules(), "deepseek-flash", [a_target()]) is None


def test_whatever_makes_a_route_another_one_makes_another_cache() -> None:
    """
    Server, address, model and order; a credential or a patience does not.
    """
    target = a_target()
    moved = replace(target.upstream, origin=Origin("http", "127.0.0.2", 9))
    routes = [
        [target],
        [Target(target.upstream, "another-model")],
        [Target(moved, target.model)],
        [Target(replace(target.upstream, kind="vllm"), target.model)],
        [target, a_target("second")],
        [a_target("second"), target],
    ]

    digests = [terms.route for targets in routes if (terms := kept_by(_ON, "m", targets))]
    patient = kept_by(_ON, "m", [Target(replace(target.upstream, connections=1), target.model)])

    assert len(routes) == len(set(digests))
    assert patient is not None
    assert digests[0] == patient.route


_ACME = "tenant: acme\nplan: basic\nresidency: external\n"
_PLAN = "plan: basic\ncache: {enabled: true, ttl_seconds: 600, scope: project}\n"


def _mistakes(path: Path, text: str, plan: str = _PLAN) -> list[tuple[str, str]]:
    documents = load(a_folder(path, tenants__acme=_ACME + text, plans__basic=plan), {})
    assert () == documents.errors
    return [(mistake.key, mistake.message) for mistake in vet_answer_keeping(documents)]


def test_every_level_may_take_something_back(tmp_path: Path) -> None:
    """
    Tenant, project and key, each of what stands above it.
    """
    text = f"""
cache: {{ttl_seconds: 300}}
projects:
  quiet: {{cache: {{enabled: false}}}}
  shop:
    cache: {{ttl_seconds: 60, scope: key}}
    keys: [{{id: one, hash: '{KEY_HASH}', cache: {{ttl_seconds: 10}}}}]
"""
    book = _book(tmp_path, text)
    kept = {name: offer.terms["deepseek-flash"].cache for name, offer in book.offers["acme"].items()}
    record = book.keyring.find(bytes.fromhex(KEY_HASH.removeprefix("sha256:")))

    assert kept["default"] is not None
    assert kept["shop"] is not None
    assert (300, "project") == (kept["default"].rules.ttl_seconds, kept["default"].rules.scope)
    assert (60, "key") == (kept["shop"].rules.ttl_seconds, kept["shop"].rules.scope)
    assert kept["quiet"] is None
    assert record is not None
    assert b'{"enabled":null,"ttl_seconds":10,"scope":null}' == record.caller.cache


def test_nothing_below_a_plan_widens_it(tmp_path: Path) -> None:
    """
    Each mistake is named by its place, and says what stands above.
    """
    text = f"""
cache: {{ttl_seconds: 601}}
projects:
  shop:
    cache: {{scope: tenant}}
    keys: [{{id: one, hash: '{KEY_HASH}', cache: {{ttl_seconds: 700, scope: tenant}}}}]
  strict:
    cache: {{scope: key, ttl_seconds: 5}}
    keys: [{{id: two, hash: 'sha256:{"0" * 64}', cache: {{ttl_seconds: 6, scope: user}}}}]
"""
    here = "may only be narrowed here;"

    assert [
        ("cache.ttl_seconds", f"{here} above, it is 600"),
        ("projects.shop.cache.scope", f"{here} 'tenant' is not within 'project' above"),
        ("projects.shop.keys[0].cache.ttl_seconds", f"{here} above, it is 600"),
        ("projects.shop.keys[0].cache.scope", f"{here} 'tenant' is not within 'project' above"),
        ("projects.strict.keys[0].cache.ttl_seconds", f"{here} above, it is 5"),
        ("projects.strict.keys[0].cache.scope", f"{here} 'user' is not within 'key' above"),
    ] == _mistakes(tmp_path, text)


def test_clients_and_issuers_take_back_too_and_widen_nothing(tmp_path: Path) -> None:
    """
    Each like a key of their project; whoever an issuer names, like a key of the tenant.
    """
    client = "hashes: ['sha256:" + "0" * 64 + "'], scopes: [chat]"
    text = f"""
clients: [{{id: client-one, {client}, cache: {{scope: key, ttl_seconds: 601}}}}]
issuers: [{{issuer: 'https://id.example', audience: [me], algorithms: [RS256], cache: {{ttl_seconds: 602}}}}]
"""

    assert ["clients[0].cache.ttl_seconds", "issuers[0].cache.ttl_seconds"] == [
        key for key, _ in _mistakes(tmp_path, text)
    ]


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        ("cache: {enabled: true}", "plan: basic\n"),
        ("cache: {enabled: false}\nprojects: {shop: {cache: {enabled: true}}}", _PLAN),
    ],
)
def test_what_is_left_out_above_cannot_be_switched_on(tmp_path: Path, text: str, plan: str) -> None:
    """
    By the plan, or by the tenant of a project.
    """
    ((key, message),) = _mistakes(tmp_path, text, plan)

    assert key.endswith("cache.enabled")
    assert message.startswith("the cache is off above")


def _book(path: Path, text: str) -> PolicyBook:
    documents = load(a_folder(path, tenants__acme=_ACME + text, plans__basic=_PLAN), {})
    return compile_book(documents, Surroundings())


_REMEMBERING = "plan: basic\nthoughts: {enabled: true, ttl_seconds: 60}\n"


@pytest.mark.parametrize(
    ("text", "plan", "seconds"),
    [
        ("", _REMEMBERING, 60),
        ("", "plan: basic\n", 0),
        ("cache: {enabled: false}", _REMEMBERING, 0),
        ("cache: {ttl_seconds: 5}", _REMEMBERING + "cache: {enabled: true}\n", 60),
        ("projects: {default: {cache: {enabled: false}}}", _REMEMBERING, 0),
        ("redaction: {profile: screened}", _REMEMBERING, 0),
        ("redaction: {profile: open}", _REMEMBERING, 60),
        ("residency: on_premises", _REMEMBERING, 0),
    ],
)
def test_thoughts_are_kept_where_plan_and_tenant_let_them_be_and_a_server_wants_them(
    tmp_path: Path, text: str, plan: str, seconds: int
) -> None:
    """
    Not where answers are screened, and not for servers that do without.
    """
    acme = "tenant: acme\nplan: basic\n" + ("" if "residency" in text else "residency: external\n") + text
    documents = a_folder(
        tmp_path,
        tenants__acme=acme,
        plans__basic=plan,
        redaction__screened="profile: screened\nanswers: mask\n",
        redaction__open="profile: open\n",
    )
    book = compile_book(load(documents, {}), Surroundings(finder_for=lambda _: WordFinder({})))

    assert seconds == book.offers["acme"]["default"].terms["deepseek-flash"].thought_seconds
