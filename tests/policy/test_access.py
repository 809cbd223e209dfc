"""What tenants, projects and keys ask of a credential; lower levels only tighten."""

from pathlib import Path
from typing import Any

import pytest

from gateway.identity.api_key import digest_of, hash_of
from gateway.identity.authenticator import Authenticator
from gateway.identity.conditions import Level
from gateway.identity.keyring import KeyRecord, Keyring
from gateway.policy.access import ExtraKey, keyring_of, vet_access
from gateway.policy.loader import load
from gateway.vocabulary.refusal import Refusal
from tests.fakes.builders import an_arrival
from tests.policy.folder import a_folder

_HASH = hash_of("another key")
_ACME = "tenant: acme\nplan: basic\nresidency: external\n"


def a_keyring(path: Path, text: str, *extra: ExtraKey) -> Keyring:
    """The keyring of a folder in which acme says this."""
    documents = load(a_folder(path, tenants__acme=_ACME + text), {})
    assert () == documents.errors
    return keyring_of(documents, extra)


def the_record(keyring: Keyring) -> KeyRecord:
    """The one key of the tests below."""
    record = keyring.find(digest_of(b"another key"))
    assert record is not None
    return record


def a_key(rest: str = "") -> str:
    """A key of acme."""
    return f"keys: [{{id: one, hash: '{_HASH}'{rest}}}]"


def test_a_tenant_that_asks_nothing_has_an_empty_standing(tmp_path: Path) -> None:
    """
    So that most requests check nothing.
    """
    keyring = a_keyring(tmp_path, a_key() + "\nprojects: {shop: {}}")

    assert {"acme": {"default": (), "shop": ()}} == keyring.standings
    assert () == the_record(keyring).conditions


def test_every_level_adds_its_own_conditions(tmp_path: Path) -> None:
    """
    Tenant, project and key, from the top down; none is replaced.
    """
    text = (
        "networks: [10.0.0.0/8]\nexpires: 2027-12-31\nprojects:\n  shop:\n    networks: [10.1.0.0/16]\n    "
        + a_key(", expires: 2027-06-30, networks: [10.1.1.0/24]")
    )

    keyring = a_keyring(tmp_path, text)

    conditions = the_record(keyring).conditions
    assert [Level.TENANT, Level.PROJECT, Level.KEY] == [one.level for one in conditions]
    assert ["10.0.0.0/8", "10.1.0.0/16", "10.1.1.0/24"] == [
        str((one.networks or ())[0]) for one in conditions
    ]
    assert [1830211200.0, None, 1814313600.0] == [one.expires_at for one in conditions]
    assert conditions[:2] == keyring.standings["acme"]["shop"]


def test_what_is_disabled_says_so_at_its_level(tmp_path: Path) -> None:
    """
    A tenant and a project by name.
    """
    keyring = a_keyring(tmp_path, f"disabled: true\nprojects:\n  shop:\n    disabled: true\n    {a_key()}")

    assert [(Level.TENANT, True), (Level.PROJECT, True)] == [
        (one.level, one.disabled) for one in the_record(keyring).conditions
    ]


def test_a_disabled_key_is_as_unknown_as_one_that_never_was(tmp_path: Path) -> None:
    """
    Whatever became of its tenant; and who guesses is slowed in the same way.
    """
    keyring = a_keyring(tmp_path, "disabled: true\n" + a_key(", disabled: true"))
    authenticator = Authenticator()
    refusals = []
    for credential in (b"another key", b"a key that never was") * 15:
        arrival = an_arrival(headers={b"x-api-key": credential})
        with pytest.raises(Refusal) as refused:
            authenticator.identify(arrival, keyring, 0.0)
        refusals.append(refused.value.code)

    assert keyring.find(digest_of(b"another key")) is None
    assert ["invalid_credential"] * 20 + ["too_many_failures"] * 10 == refusals


def test_a_key_narrows_models_and_scopes(tmp_path: Path) -> None:
    """
    They go with the caller.
    """
    caller = the_record(a_keyring(tmp_path, a_key(", models: ['deepseek-*'], scopes: [chat]"))).caller

    assert (("deepseek-*",), frozenset({"chat"}), b"") == (caller.models, caller.scopes, caller.limits)


def test_a_key_given_at_start_has_the_standing_of_its_tenant(tmp_path: Path) -> None:
    """
    The demo key is no way around the demo tenant's networks.
    """
    keyring = a_keyring(tmp_path, "networks: [10.0.0.0/8]", ExtraKey("acme", "given", _HASH))

    assert [Level.TENANT] == [one.level for one in the_record(keyring).conditions]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("expires: soon", "expires"),
        ("networks: [10.0.0.1/8]", "networks[0]"),
        ("networks: [10.0.0.0/8, 10.0.0.0/40]", "networks[1]"),
        ("projects: {shop: {expires: '2027-02-30'}}", "projects.shop.expires"),
        ("projects: {shop: {networks: ['1:2']}}", "projects.shop.networks[0]"),
        (a_key(", networks: [10.0.0.1/8]"), "keys[0].networks[0]"),
        (a_key(", expires: soon"), "keys[0].expires"),
        (a_key(", scopes: [chat, chta]"), "keys[0].scopes[1]"),
        ("upstreams: {hostile: {credential: sk-own}}", "upstreams.hostile"),
    ],
)
def test_what_is_none_is_told_by_its_place(tmp_path: Path, text: str, key: str) -> None:
    """
    With the file.
    """
    documents = load(a_folder(tmp_path, tenants__acme=_ACME + text), {})

    assert [("tenants/acme.yaml", key)] == [(error.file, error.key) for error in vet_access(documents)]


def test_a_credential_of_a_tenant_is_not_shown(tmp_path: Path) -> None:
    """
    Neither in the document nor in a message about it.
    """
    documents: Any = load(
        a_folder(tmp_path, tenants__acme=_ACME + "upstreams: {hosted: {credential: sk-own}}"), {}
    )

    assert "sk-own" not in repr(documents)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("networks: []", "networks"),
        ("projects: {shop: {networks: []}}", "projects.shop.networks"),
        (a_key(", models: []"), "keys[0].models"),
        (a_key(", networks: []"), "keys[0].networks"),
        (a_key(", scopes: []"), "keys[0].scopes"),
        (f"clients: [{{id: c, hashes: ['{_HASH}'], models: []}}]", "clients[0].models"),
        ("issuers: [{issuer: 'https://id.example', audience: [a], models: []}]", "issuers[0].models"),
    ],
)
def test_an_empty_list_opens_nothing(tmp_path: Path, text: str, key: str) -> None:
    """
    Whoever wrote it, or the script that did, wanted to let in nobody; as if left out, it let in all.
    """
    documents = load(a_folder(tmp_path, tenants__acme=_ACME + text), {})

    assert [(key, "is empty; must be a list of at least one; to narrow nothing, remove the key")] == [
        (error.key, error.message) for error in documents.errors
    ]
