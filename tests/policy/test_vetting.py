"""Names that lead nowhere and claims that cannot stand are found across documents."""

from pathlib import Path

import pytest

from gateway.policy.loader import load
from gateway.policy.vetting import keys_of, vet
from tests.policy.folder import KEY_HASH, a_folder

_ACME = "tenant: acme\nplan: basic\nresidency: external\n"
_LEG = "route: [{upstream: rack, model: m}]"
_KEY = f"{{id: one, hash: {KEY_HASH}}}"
_OTHER = f"sha256:{'0' * 64}"


@pytest.mark.parametrize(
    ("document", "text", "expected"),
    [
        (
            "tenants__acme",
            _ACME.replace("basic", "basics"),
            (
                "tenants/acme.yaml",
                "plan",
                "no plan 'basics' in plans/; did you mean 'basic'?",
            ),
        ),
        (
            "tenants__acme",
            _ACME.replace("acme", "acne"),
            (
                "tenants/acme.yaml",
                "tenant",
                "is 'acne', but the file is not; rename it to tenants/acne.yaml",
            ),
        ),
        (
            "plans__basic",
            "plan: other",
            (
                "plans/basic.yaml",
                "plan",
                "is 'other', but the file is not; rename it to plans/other.yaml",
            ),
        ),
        (
            "plans__basic",
            "plan: basic\nlimits: {rules: [{kind: requests, name: rpm, limit: 5, per: []}]}",
            (
                "plans/basic.yaml",
                "limits.rules[0].per",
                "is empty; write [tenant], [project], [key], [end_user] or [model], or several",
            ),
        ),
        (
            "tenants__acme",
            _ACME.replace("external", "on_premises") + "projects: {app: {residency: external}}",
            (
                "tenants/acme.yaml",
                "projects.app.residency",
                "a project may only narrow its tenant, which stays on_premises; remove this key",
            ),
        ),
        (
            "tenants__acme",
            _ACME + f"keys: [{_KEY}]\nprojects: {{app: {{keys: [{_KEY.replace('one', 'two')}]}}}}",
            (
                "tenants/acme.yaml",
                "projects.app.keys[0].hash",
                "is also the key of tenants/acme.yaml: keys[0]; every key has one owner",
            ),
        ),
        (
            "models",
            f"models: {{m: {{{_LEG.replace('rack', 'rock')}}}}}",
            (
                "models.yaml",
                "models.m.route[0].upstream",
                "no upstream 'rock' in upstreams.yaml; did you mean 'rack'?",
            ),
        ),
        (
            "models",
            "models: {m: {route: []}}",
            (
                "models.yaml",
                "models.m.route",
                "is empty; name at least one upstream",
            ),
        ),
        (
            "models",
            f"models: {{m: {{{_LEG}}}, n: {{{_LEG}, aliases: [m]}}}}",
            (
                "models.yaml",
                "models.n.aliases[0]",
                "'m' already names the model 'm'; keep one of them",
            ),
        ),
        (
            "models",
            f"models: {{m: {{{_LEG}, aliases: [x]}}, n: {{{_LEG}, aliases: [x]}}}}",
            (
                "models.yaml",
                "models.n.aliases[0]",
                "'x' already names the model 'm'; keep one of them",
            ),
        ),
        (
            "models",
            f"models: {{m: {{{_LEG}, defaults: {{temperature: hot}}}}}}",
            (
                "models.yaml",
                "models.m.defaults.temperature",
                "is no such value: `temperature` has to be a number.",
            ),
        ),
        (
            "models",
            f"models: {{m: {{{_LEG}, defaults: {{tools: [1]}}}}}}",
            (
                "models.yaml",
                "models.m.defaults.tools[0]",
                (
                    "is no such value: Every tool has to be an object with a `type`, "
                    'as {"type": "function", "function": {...}}.'
                ),
            ),
        ),
        (
            "models",
            f"models: {{m: {{{_LEG}, defaults: {{seed: 1000000000000000000000000000000}}}}}}",
            (
                "models.yaml",
                "models.m.defaults",
                "is nested too deeply, or has a whole number beyond 64 bits; write plainer values",
            ),
        ),
        (
            "models",
            f"models: {{m: {{{_LEG}, about: {{id: n}}}}}}",
            (
                "models.yaml",
                "models.m.about.id",
                "is told anyway; remove it (`created` and `owned_by` stand beside `about`)",
            ),
        ),
        (
            "models",
            f"models: {{m: {{{_LEG}, about: {{price: .nan}}}}}}",
            (
                "models.yaml",
                "models.m.about",
                "cannot be written as JSON; write texts, numbers, lists and objects of them",
            ),
        ),
        (
            "models",
            f"models: {{m: {{{_LEG}, defaults: {{stream: true}}}}}}",
            (
                "models.yaml",
                "models.m.defaults.stream",
                "belongs to the caller and has no default; remove it",
            ),
        ),
        (
            "models",
            f"models: {{m: {{{_LEG}, defaults: {{user_id: everybody}}}}}}",
            (
                "models.yaml",
                "models.m.defaults.user_id",
                "belongs to the caller and has no default; remove it",
            ),
        ),
    ],
)
def test_a_claim_that_cannot_stand_is_found(
    tmp_path: Path, document: str, text: str, expected: tuple[str, str, str]
) -> None:
    """
    File, key and way out are exact, and nothing else is objected to.
    """
    documents = load(a_folder(tmp_path, **{document: text}), {})

    assert () == documents.errors
    assert [expected] == [(error.file, error.key, error.message) for error in vet(documents, {})]


def test_two_keys_with_one_id_are_both_named(tmp_path: Path) -> None:
    """
    An id in an audit record must lead to one key.
    """
    text = _ACME + f"keys: [{_KEY}]\nprojects: {{app: {{keys: [{{id: one, hash: '{_OTHER}'}}]}}}}"

    errors = list(vet(load(a_folder(tmp_path, tenants__acme=text), {}), {}))

    assert ["keys[0].id", "projects.app.keys[0].id"] == [error.key for error in errors]


def test_a_key_of_two_tenants_is_found(tmp_path: Path) -> None:
    """
    One credential cannot belong to two tenants.
    """
    text = _ACME.replace("acme", "bolt") + f"keys: [{_KEY}]"

    errors = list(vet(load(a_folder(tmp_path, tenants__bolt=text), {}), {}))

    assert [("tenants/bolt.yaml", "keys[0].hash")] == [(error.file, error.key) for error in errors]


def test_a_key_given_at_start_is_no_tenants_key(tmp_path: Path) -> None:
    """
    The demo key must not be someone's real key.
    """
    errors = list(vet(load(a_folder(tmp_path), {}), {KEY_HASH: "the key 'demo' given at start"}))

    assert ["is also the key of the key 'demo' given at start; every key has one owner"] == [
        error.message for error in errors
    ]


def test_a_folder_without_tenants_serves_nobody(tmp_path: Path) -> None:
    """
    The missing tenant is named.
    """
    errors = list(vet(load(a_folder(tmp_path, tenants__acme=None), {}), {}))

    assert [("tenants/", "there is no tenant; write tenants/<tenant>.yaml")] == [
        (error.file, error.message) for error in errors
    ]


@pytest.mark.parametrize("broken", ["upstreams", "models", "plans__basic", "tenants__acme"])
def test_a_broken_document_does_not_make_others_look_wrong(tmp_path: Path, broken: str) -> None:
    """
    A name that leads into an unread document is not called dangling.
    """
    documents = load(a_folder(tmp_path, **{broken: "a: ["}), {})

    assert 1 == len(documents.errors)
    assert [] == list(vet(documents, {}))


def test_keys_beside_the_projects_belong_to_the_default_project(tmp_path: Path) -> None:
    """
    Each key comes with its place and its project.
    """
    text = _ACME + f"keys: [{_KEY}]\nprojects: {{app: {{keys: [{{id: two, hash: '{_OTHER}'}}]}}}}"
    tenant = load(a_folder(tmp_path, tenants__acme=text), {}).tenants["acme"]

    assert [("keys[0]", "default", "one"), ("projects.app.keys[0]", "app", "two")] == [
        (place, project, key.id) for place, project, key in keys_of(tenant)
    ]


def test_a_limit_of_a_key_is_checked_like_one_of_a_plan(tmp_path: Path) -> None:
    """
    What would not be kept is refused at its place.
    """
    text = _ACME + f"keys: [{{id: one, hash: '{_OTHER}', limits: {{rules: [{{kind: luck}}]}}}}]"

    found = load(a_folder(tmp_path, tenants__acme=text), {})

    places = [error.key for error in (*found.errors, *vet(found, {}))]
    assert any(place.startswith("keys[0].limits.rules[0]") for place in places)
