"""The clients of all tenants become one table, or mistakes with file, key and way out."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.identity.api_key import digest_of, hash_of
from gateway.identity.clients import Clients
from gateway.policy.compiler import compile_book
from gateway.policy.errors import PolicyRejected
from gateway.policy.loader import load
from gateway.policy.servers import Surroundings
from gateway.vocabulary.caller import Caller
from tests.policy.folder import a_folder

_CLIENT: dict[str, Any] = {"id": "shop-app", "hashes": [hash_of("the secret of the shop")]}


def _tenant(name: str, *clients: dict[str, Any], **fields: Any) -> str:
    document = {"tenant": name, "plan": "basic", "residency": "external", "clients": list(clients)}
    return str(yaml.safe_dump(document | fields))


def _clients(folder: Path, **documents: str) -> Clients:
    book = compile_book(load(a_folder(folder, **documents), {}), Surroundings())
    return book.keyring.issuers.clients


def _mistakes(folder: Path, **documents: str) -> list[str]:
    with pytest.raises(PolicyRejected) as rejected:
        compile_book(load(a_folder(folder, **documents), {}), Surroundings())
    return [str(error) for error in rejected.value.errors]


def test_a_client_needs_an_id_and_a_hash(tmp_path: Path) -> None:
    """
    It may chat, for an hour with each token, in the default project.
    """
    client = _clients(tmp_path, tenants__acme=_tenant("acme", _CLIENT))["shop-app"]

    assert Caller("acme", "default", "shop-app", "oauth_client") == client.caller
    assert (frozenset({"chat"}), 3600, "EdDSA", None, False) == (
        client.scopes,
        client.token_seconds,
        client.algorithm,
        client.expires_at,
        client.disabled,
    )


def test_everything_about_a_client_can_be_said(tmp_path: Path) -> None:
    """
    Two secrets while one takes over from the other; a project of its own.
    """
    stated = _CLIENT | {
        "hashes": [hash_of("one"), hash_of("two")],
        "scopes": ["models"],
        "models": ["deepseek-*"],
        "token_seconds": 60,
        "algorithm": "RS256",
        "expires": "2027-12-31",
        "disabled": True,
        "cache": {"enabled": False},
    }
    acme = _tenant("acme", projects={"app": {"clients": [stated]}})

    client = _clients(tmp_path, tenants__acme=acme)["shop-app"]

    assert ("app", ("deepseek-*",), b"") == (
        client.caller.project,
        client.caller.models,
        client.caller.limits,
    )
    assert b'"enabled":false' in client.caller.cache
    assert (digest_of(b"one"), digest_of(b"two")) == client.digests
    assert ({"models"}, 60, "RS256", True) == (
        set(client.scopes),
        client.token_seconds,
        client.algorithm,
        client.disabled,
    )
    assert client.expires_at is not None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"hashes": []}, "hashes: is empty"),
        ({"hashes": ["secret"]}, "hashes[0]: must be the hash"),
        ({"hashes": hash_of("x")}, "hashes: must be a list"),
        ({"secret": "x"}, "secret: unknown key"),
        ({"scopes": []}, "scopes: is empty"),
        ({"scopes": ["chat", "modles"]}, "scopes[1]: 'modles' is no scope; did you mean 'models'?"),
        ({"token_seconds": 100_000}, "token_seconds: must be a whole number of seconds from 60"),
        ({"limits": {"rules": [{"kind": "nonsense"}]}}, "limits.rules[0]"),
        ({"algorithm": "HS256"}, "algorithm: must be one of: EdDSA, RS256"),
        ({"expires": "soon"}, "expires: is no date"),
        ({"id": "a:b"}, "id: must be an id"),
    ],
)
def test_a_mistake_is_refused_with_its_place(tmp_path: Path, change: dict[str, Any], expected: str) -> None:
    """
    And a secret never stands in a document.
    """
    (mistake,) = _mistakes(tmp_path, tenants__acme=_tenant("acme", _CLIENT | change))

    assert mistake.startswith(f"tenants/acme.yaml: clients[0].{expected}")


def test_an_id_and_a_secret_have_one_owner(tmp_path: Path) -> None:
    """
    Across tenants and projects: an id alone says whose client it is.
    """
    other = _tenant("other", _CLIENT, projects={"app": {"clients": [_CLIENT | {"id": "second"}]}})

    mistakes = _mistakes(tmp_path, tenants__acme=_tenant("acme", _CLIENT), tenants__other=other)

    first = "tenants/acme.yaml: clients[0]"
    assert [
        f"tenants/other.yaml: clients[0].hashes[0]: is also a secret in {first}",
        f"tenants/other.yaml: clients[0].id: 'shop-app' is also the client in {first}",
        f"tenants/other.yaml: projects.app.clients[0].hashes[0]: is also a secret in {first}",
    ] == [mistake.partition(";")[0] for mistake in mistakes]


def test_a_client_has_no_id_of_a_key(tmp_path: Path) -> None:
    """
    What counts each credential, and what is kept for one alone, would be for both.
    """
    key = {"id": "shop-app", "hash": hash_of("the key of the shop")}

    mistakes = _mistakes(tmp_path, tenants__acme=_tenant("acme", _CLIENT, projects={"app": {"keys": [key]}}))

    assert ["tenants/acme.yaml: clients[0].id: 'shop-app' is also the key in projects.app.keys[0]"] == [
        mistake.partition(";")[0] for mistake in mistakes
    ]
