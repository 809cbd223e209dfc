"""A name that is no model's own is found wherever a list of models stands."""

from pathlib import Path

import pytest

from gateway.policy.loader import load
from gateway.policy.model_names import mistake_in, vet_model_names
from tests.policy.folder import KEY_HASH, a_folder

_ALIAS = "deepseek-v4-flash"
_ACME = "tenant: acme\nplan: basic\nresidency: external\n"
_LIMITS = f"limits: {{rules: [{{kind: requests, name: rpm, limit: 5, models: [{_ALIAS}]}}]}}"
_HASH = f"hash: {KEY_HASH}"
_CLIENT = f"id: c, hashes: ['{KEY_HASH}'], scopes: [chat]"
_ISSUER = "issuer: https://id.example, audience: [a]"
_MODELS = """
models:
  deepseek-flash:
    aliases: [deepseek-v4-flash, claude-haiku*]
    route: [{upstream: rack, model: m}]
  deepseek-chat:
    aliases: [claude-sonnet*]
    route: [{upstream: rack, model: m}]
"""


@pytest.mark.parametrize(
    ("file", "text", "key"),
    [
        ("plans/basic.yaml", _LIMITS, "limits.rules[0].models[0]"),
        ("plans/basic.yaml", f"cache: {{models: ['*', {_ALIAS}]}}", "cache.models[1]"),
        ("plans/basic.yaml", f"redaction: {{models: {{{_ALIAS}: none}}}}", f"redaction.models.{_ALIAS}"),
        (
            "plans/basic.yaml",
            f"audit: {{rules: [{{level: none, models: [{_ALIAS}]}}]}}",
            "audit.rules[0].models[0]",
        ),
        ("tenants/acme.yaml", f"models: ['deepseek-*', {_ALIAS}]", "models[1]"),
        ("tenants/acme.yaml", f"redaction: {{models: {{{_ALIAS}: none}}}}", f"redaction.models.{_ALIAS}"),
        ("tenants/acme.yaml", f"projects: {{app: {{models: [{_ALIAS}]}}}}", "projects.app.models[0]"),
        (
            "tenants/acme.yaml",
            f"projects: {{app: {{redaction: {{models: {{{_ALIAS}: none}}}}}}}}",
            f"projects.app.redaction.models.{_ALIAS}",
        ),
        ("tenants/acme.yaml", f"keys: [{{id: k, {_HASH}, models: [{_ALIAS}]}}]", "keys[0].models[0]"),
        (
            "tenants/acme.yaml",
            f"projects: {{app: {{keys: [{{id: k, {_HASH}, {_LIMITS}}}]}}}}",
            "projects.app.keys[0].limits.rules[0].models[0]",
        ),
        ("tenants/acme.yaml", f"clients: [{{{_CLIENT}, models: [{_ALIAS}]}}]", "clients[0].models[0]"),
        (
            "tenants/acme.yaml",
            f"clients: [{{{_CLIENT}, {_LIMITS}}}]",
            "clients[0].limits.rules[0].models[0]",
        ),
        ("tenants/acme.yaml", f"issuers: [{{{_ISSUER}, models: [{_ALIAS}]}}]", "issuers[0].models[0]"),
        (
            "tenants/acme.yaml",
            f"issuers: [{{{_ISSUER}, {_LIMITS}}}]",
            "issuers[0].limits.rules[0].models[0]",
        ),
    ],
)
def test_an_alias_is_found_wherever_models_are_named(tmp_path: Path, file: str, text: str, key: str) -> None:
    """
    What holds for a model holds by its own name, so the alias would never hold.
    """
    head = _ACME if file.startswith("tenants") else "plan: basic\n"
    name = file.removesuffix(".yaml").replace("/", "__")
    documents = load(a_folder(tmp_path, **{name: head + text}), {})

    found = [(error.file, error.key, error.message) for error in vet_model_names(documents)]

    assert () == documents.errors
    assert [(file, key, f"'{_ALIAS}' is an alias; write its model 'deepseek-flash'")] == found


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("deepseek-flash", None),
        ("*", None),
        ("deepseek-*", None),
        ("deepseek-f?ash", None),
        ("model-of-next-year-*", None),
        ("claude-haiku-4-5", "'claude-haiku-4-5' is an alias; write its model 'deepseek-flash'"),
        ("claude-haiku*", "'claude-haiku*' is an alias; write its model 'deepseek-flash'"),
        ("claude-*", "'claude-*' is an alias; write its model 'deepseek-flash' or 'deepseek-chat'"),
        ("deepseek-v4*", "'deepseek-v4*' is an alias; write its model 'deepseek-flash'"),
        ("deepseek-falsh", "no model 'deepseek-falsh' in models.yaml; did you mean 'deepseek-flash'?"),
        ("nothing", "no model 'nothing' in models.yaml; there is deepseek-chat, deepseek-flash"),
    ],
)
def test_a_name_stands_for_a_model_or_is_explained(tmp_path: Path, name: str, expected: str | None) -> None:
    """
    A pattern that fits nothing at all may be meant for a model that is still to come.
    """
    documents = load(a_folder(tmp_path, models=_MODELS), {})
    assert documents.models is not None

    assert expected == mistake_in(documents.models.models, name)


def test_without_models_no_name_is_called_wrong(tmp_path: Path) -> None:
    """
    The mistake in models.yaml is told, and nothing that follows from it.
    """
    documents = load(a_folder(tmp_path, models="a: [", plans__basic=f"plan: basic\n{_LIMITS}"), {})

    assert [] == list(vet_model_names(documents))
