"""The shipped policies are good, and their schema is current."""

from collections.abc import Mapping

import pytest

from gateway.identity.api_key import hash_of
from gateway.policy.access import ExtraKey
from gateway.policy.book import PolicyBook
from gateway.policy.compiler import compile_book
from gateway.policy.loader import load
from gateway.policy.schema import schema_text
from gateway.policy.servers import Surroundings
from gateway.redaction.scanners import finder_for
from gateway.vocabulary.caller import Caller
from tests.house.tree import ROOT

_DEMO = Caller("demo", "default", "demo", "api_key")
_NAMES = [
    "deepseek-flash",
    "deepseek-v4-flash",
    "deepseek-v4-pro",
    "deepseek-chat",
    "deepseek-v3",
    "deepseek-reasoner",
    "deepseek-r1",
]
_HOSTED = {"DEEPSEEK_API_KEY": "sk-hosted"}
_LOCAL = {"LOCAL_BASE_URL": "http://127.0.0.1:8000/v1", "LOCAL_MODEL": "tiny", "LOCAL_KIND": "transformers"}
_ANSWERING = frozenset({"local"})


def _book(environ: Mapping[str, str], answering: frozenset[str] = frozenset()) -> PolicyBook:
    surroundings = Surroundings(answering, "http://127.0.0.1:9", finder_for)
    return compile_book(
        load(ROOT / "policies", environ), surroundings, [ExtraKey("demo", "demo", hash_of("the demo key"))]
    )


def test_the_kept_schema_is_current() -> None:
    """
    After a change of the documents: deepseek-gateway policy schema > policies/policy.schema.json.
    """
    assert schema_text() == (ROOT / "policies" / "policy.schema.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("environ", "answering", "upstream", "model"),
    [
        ({}, frozenset(), "simulator", "deepseek-flash"),
        (_LOCAL, frozenset(), "simulator", "deepseek-flash"),
        (_LOCAL, _ANSWERING, "local", "tiny"),
        (_HOSTED, frozenset(), "deepseek", "deepseek-flash"),
        (_HOSTED | _LOCAL, _ANSWERING, "deepseek", "deepseek-flash"),
    ],
)
def test_the_demo_goes_to_the_best_server_there_is(
    environ: Mapping[str, str], answering: frozenset[str], upstream: str, model: str
) -> None:
    """
    Hosted DeepSeek with a key, else the local server if it answers, else the simulator.
    """
    book = _book(environ, answering)

    (target,) = book.terms(_DEMO, "deepseek-chat").targets
    assert (upstream, model) == (target.upstream.name, target.model)
    assert () == book.unserved


def test_every_name_that_apps_have_used_is_offered() -> None:
    """
    The present names, and those that DeepSeek itself has retired.
    """
    assert _NAMES == [entry["id"] for entry in _book({}).models(_DEMO)]


@pytest.mark.parametrize(
    ("name", "thinking"),
    [
        ("deepseek-flash", None),
        ("deepseek-v4-flash", None),
        ("deepseek-v4-pro", None),
        ("deepseek-chat", "disabled"),
        ("deepseek-v3", "disabled"),
        ("deepseek-reasoner", "enabled"),
        ("deepseek-r1", "enabled"),
    ],
)
def test_the_old_names_think_as_they_used_to(name: str, thinking: str | None) -> None:
    """
    Whether a model thinks by itself was in its name.
    """
    expected = {} if thinking is None else {"thinking": {"type": thinking}}

    assert expected == _book({}).terms(_DEMO, name).defaults


def test_the_local_server_is_of_the_kind_the_operator_names() -> None:
    """
    LOCAL_KIND says how to speak to it; without a word it is any compatible server.
    """
    named = _book(_LOCAL, _ANSWERING).terms(_DEMO, "deepseek-flash").targets[0].upstream.kind
    plain = _book({"LOCAL_BASE_URL": "http://127.0.0.1:8000/v1"}, _ANSWERING)

    assert "transformers" == named
    assert "openai" == plain.terms(_DEMO, "deepseek-flash").targets[0].upstream.kind


def test_no_key_is_shipped() -> None:
    """
    The demo tenant has no key but the one made at start.
    """
    documents = load(ROOT / "policies", {})

    assert [] == [
        tenant.tenant
        for tenant in documents.tenants.values()
        if tenant.keys or any(project.keys for project in tenant.projects.values())
    ]
