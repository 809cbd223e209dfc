"""Documents become a book, or all their mistakes at once."""

from pathlib import Path

import pytest

from gateway.identity.api_key import digest_of, hash_of
from gateway.policy.access import ExtraKey
from gateway.policy.compiler import compile_book
from gateway.policy.documents import Documents
from gateway.policy.errors import PolicyRejected
from gateway.policy.loader import load
from gateway.policy.servers import Surroundings
from gateway.vocabulary.caller import Caller
from tests.policy.folder import GOOD, a_folder

_OTHER_HASH = hash_of("another key")
_DEMO = ExtraKey("acme", "given", hash_of("given at start"))


def _version(path: Path, surroundings: Surroundings | None = None, **changes: str | None) -> str:
    return compile_book(load(a_folder(path, **changes), {}), surroundings or Surroundings()).version


def test_a_key_in_a_document_leads_to_its_caller(tmp_path: Path) -> None:
    """
    Tenant, project and id of the key are those of the document.
    """
    record = compile_book(load(a_folder(tmp_path), {}), Surroundings()).keyring.find(
        digest_of(b"the key of acme")
    )

    assert record is not None
    assert Caller("acme", "app", "first", "api_key") == record.caller
    assert () == record.conditions


def test_a_key_given_at_start_belongs_to_the_default_project(tmp_path: Path) -> None:
    """
    The demo key stands in no file and opens the door all the same.
    """
    book = compile_book(load(a_folder(tmp_path), {}), Surroundings(), [_DEMO])

    record = book.keyring.find(digest_of(b"given at start"))

    assert record is not None
    assert Caller("acme", "default", "given", "api_key") == record.caller
    assert "deepseek-flash" == book.terms(record.caller, "deepseek-flash").model


def test_a_key_for_a_tenant_that_is_gone_is_ignored(tmp_path: Path) -> None:
    """
    Deleting the demo tenant does not spoil a reload.
    """
    book = compile_book(load(a_folder(tmp_path), {}), Surroundings(), [ExtraKey("demo", "demo", _DEMO.hash)])

    assert book.keyring.find(digest_of(b"given at start")) is None


def test_every_mistake_of_every_document_is_told_at_once(tmp_path: Path) -> None:
    """
    Unreadable text, wrong shapes, unset variables, bad addresses and dangling names: one list.
    """
    folder = a_folder(
        tmp_path,
        upstreams=GOOD["upstreams.yaml"].replace("http://gpu.internal:8000/v1/", "gpu.internal"),
        models=GOOD["models.yaml"].replace("upstream: rack", "upstream: rock"),
        plans__basic="plan: basic\nbody_limit_bytes: ${UNSET}\nredaction: {profile: Strict}\n",
        plans__broken="plan: [",
        tenants__acme=GOOD["tenants/acme.yaml"].replace("residency: external", "residancy: external"),
        tenants__bolt="tenant: bolt\nplan: gold\nresidency: external\n",
    )

    with pytest.raises(PolicyRejected) as rejected:
        compile_book(load(folder, {}), Surroundings())

    assert [
        ("models.yaml", "models.deepseek-flash.route[1].upstream"),
        ("plans/basic.yaml", "body_limit_bytes"),
        ("plans/basic.yaml", "redaction.profile"),
        ("plans/broken.yaml", "line 2"),
        ("tenants/acme.yaml", "residancy"),
        ("tenants/acme.yaml", "residency"),
        ("tenants/bolt.yaml", "plan"),
        ("upstreams.yaml", "upstreams.rack.base_url"),
    ] == [(error.file, error.key) for error in rejected.value.errors]


def test_no_documents_are_no_book() -> None:
    """
    Nothing at all is a rejection, not an empty book.
    """
    with pytest.raises(PolicyRejected):
        compile_book(Documents(), Surroundings())


def test_a_version_names_the_rules_and_not_their_looks(tmp_path: Path) -> None:
    """
    Comments, order of keys and the secret itself do not make another version.
    """
    first = _version(tmp_path / "a")

    commented = _version(
        tmp_path / "b", plans__basic="# said so by the board\nbody_limit_bytes: 2048\nplan: basic\n"
    )
    rotated = _version(tmp_path / "c", upstreams=GOOD["upstreams.yaml"].replace("sk-hosted", "sk-new"))

    assert 12 == len(first)
    assert {first} == {first, commented, rotated}


def test_whatever_is_decided_otherwise_is_another_version(tmp_path: Path) -> None:
    """
    A limit, a key, a route, and what is available all count.
    """
    versions = [
        _version(tmp_path / "a"),
        _version(tmp_path / "b", plans__basic="plan: basic\nbody_limit_bytes: 4096\n"),
        _version(tmp_path / "c", tenants__acme=GOOD["tenants/acme.yaml"].replace("id: first", "id: second")),
        _version(tmp_path / "d", models=GOOD["models.yaml"].replace("v4-flash\n", "other\n")),
        _version(tmp_path / "e", Surroundings(simulator_url="http://127.0.0.1:9")),
    ]

    assert 5 == len(set(versions))
