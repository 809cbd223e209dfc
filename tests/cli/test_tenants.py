"""`deepseek-gateway tenants` writes documents that the gateway reads."""

from pathlib import Path

import pytest

from gateway.cli import tenants
from gateway.policy.loader import load
from tests.cli.commands import a_place, run_verb

_GOOD = ("create", "bolt", "--plan", "basic", "--residency", "on_premises")


def test_a_tenant_is_a_good_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    What was said stands in it, and the next command is named.
    """
    code = run_verb(tenants, a_place(tmp_path), "tenants", *_GOOD, "--models", "deepseek-*")

    documents = load(tmp_path / "policies", {})
    output = capsys.readouterr()
    assert (0, ()) == (code, documents.errors)
    assert ("basic", "on_premises", ("deepseek-*",)) == (
        documents.tenants["bolt"].plan,
        documents.tenants["bolt"].residency,
        documents.tenants["bolt"].models,
    )
    assert "keys create --tenant bolt" in output.err


def test_models_that_are_not_said_are_not_all(tmp_path: Path) -> None:
    """
    The option without a value is a variable that a script did not set.
    """
    with pytest.raises(SystemExit):
        run_verb(tenants, a_place(tmp_path), "tenants", *_GOOD, "--models")

    assert "bolt" not in load(tmp_path / "policies", {}).tenants


def test_a_tenant_that_is_there_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Somebody may have written more into it.
    """
    environ = a_place(tmp_path)
    before = (tmp_path / "policies/tenants/acme.yaml").read_text()

    code = run_verb(tenants, environ, "tenants", "create", "acme", *_GOOD[2:])

    assert 1 == code
    assert "is there already" in capsys.readouterr().err
    assert before == (tmp_path / "policies/tenants/acme.yaml").read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("create", "../bolt", *_GOOD[2:]), "tenant: must be a name"),
        (("create", "bolt", "--plan", "gold", "--residency", "external"), "there is no plans/gold.yaml"),
        ((*_GOOD, "--models", "deep seek"), "models[0]: must be"),
        ((*_GOOD, "--models", 'a"]\nkeys: []'), "models[0]: must be"),
    ],
)
def test_what_is_no_tenant_is_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    """
    The field at fault is named.
    """
    before = sorted((tmp_path / "policies").rglob("*"))
    environ = a_place(tmp_path)

    code = run_verb(tenants, environ, "tenants", *words)

    assert 1 == code
    assert told in capsys.readouterr().err
    assert [] == before
    assert 3 == len(list((tmp_path / "policies" / "tenants").iterdir()))


def test_tenants_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    With what is most often asked of them.
    """
    code = run_verb(tenants, a_place(tmp_path), "tenants", "list")

    lines = capsys.readouterr().out.splitlines()
    assert 0 == code
    assert "acme  active  plan basic  external  projects default" == lines[0]
    assert "gone  disabled  plan basic  external  projects default" == lines[2]


def test_a_missing_policy_folder_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    With its setting.
    """
    environ = a_place(tmp_path) | {"GATEWAY_POLICIES": str(tmp_path / "none")}

    assert 1 == run_verb(tenants, environ, "tenants", "list")
    assert "GATEWAY_POLICIES" in capsys.readouterr().err
