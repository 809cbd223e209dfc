"""`deepseek-gateway policy` tells good documents from bad ones."""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gateway.cli import policy
from gateway.identity.api_key import digest_of
from gateway.identity.clients import find_client
from gateway.policy.compiler import compile_book
from gateway.policy.loader import load
from gateway.policy.servers import Surroundings
from tests.fakes.identity_provider import AUDIENCE, ISSUER, Signer, claims_of, key_set_of
from tests.policy.folder import a_folder


def _run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    policy.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(["policy", *words])
    code: int = args.run(args)
    return code


def test_good_documents_are_praised(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Exit status 0, and what was found.
    """
    code = _run("check", str(a_folder(tmp_path)))

    output = capsys.readouterr()
    assert (0, "") == (code, output.err)
    assert "1 tenants, 2 models" in output.out


@pytest.mark.slow
def test_an_empty_variable_names_no_folder(tmp_path: Path) -> None:
    """
    As for `serve`: what a compose file passes on unset is empty, and means ./policies.
    """
    a_folder(tmp_path / "policies")

    done = subprocess.run(
        [sys.executable, "-m", "gateway", "policy", "check"],
        cwd=tmp_path,
        env={**os.environ, "GATEWAY_POLICIES": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "policies is good") == (done.returncode, done.stdout.partition(":")[0])


def test_bad_documents_are_told_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Exit status 1, and every mistake on its line.
    """
    code = _run(
        "check", str(a_folder(tmp_path, plans__basic="plan: basic\nbody: 1\n", tenants__bolt="plan: 3"))
    )

    lines = capsys.readouterr().err.splitlines()
    assert 1 == code
    assert ["plans/basic.yaml: body", "tenants/bolt.yaml: plan"] == [
        line.rsplit(": ", 1)[0] for line in (lines[0], lines[1])
    ]
    assert f"4 mistakes in {tmp_path}" == lines[-1]


def test_a_model_without_a_server_is_noted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    It is no mistake of the documents, and still worth a line.
    """
    upstreams = """
upstreams:
  hosted: {kind: deepseek, base_url: "https://a.example", residency: external, available: when_credential_set}
  rack: {kind: vllm, base_url: "http://gpu:8000/v1", residency: on_premises}
"""

    code = _run("check", str(a_folder(tmp_path, upstreams=upstreams)))

    assert 0 == code
    assert "note: no server is set up for the model deepseek-chat" in capsys.readouterr().out


def test_a_made_key_opens_the_door_of_its_hash(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    The key alone goes to standard output; the lines for the document make it known.
    """
    code = _run("key")

    output = capsys.readouterr()
    key_lines = output.err.splitlines()[-2:]
    acme = "tenant: acme\nplan: basic\nresidency: external\nkeys:\n" + "\n".join(key_lines)
    book = compile_book(load(a_folder(tmp_path, tenants__acme=acme), {}), Surroundings())
    record = book.keyring.find(digest_of(output.out.strip().encode()))
    assert 0 == code
    assert record is not None
    assert "acme" == record.caller.tenant
    assert output.out.strip() not in output.err


def test_a_made_client_is_known_by_its_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Id and secret go to standard output; the lines for the document know the secret by its hash.
    """
    code = _run("client")

    output = capsys.readouterr()
    client_id, secret = output.out.split()
    lines = output.err.splitlines()[-2:]
    acme = "tenant: acme\nplan: basic\nresidency: external\nclients:\n" + "\n".join(lines)
    book = compile_book(load(a_folder(tmp_path, tenants__acme=acme), {}), Surroundings())
    record = find_client(book.keyring.issuers.clients, client_id, (secret,), 0.0)
    assert 0 == code
    assert record is not None
    assert "acme" == record.caller.tenant
    assert secret not in output.err


def test_a_token_is_judged_under_the_policies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    0 and whose it is, or 1 and why it would be refused; the token itself is not shown.
    """
    now = int(time.time())
    good = Signer().sign(claims_of(iat=now, exp=now + 600))
    issuer = {"issuer": ISSUER, "audience": [AUDIENCE], "jwks": key_set_of(Signer())}
    acme = {"tenant": "acme", "plan": "basic", "residency": "external", "issuers": [issuer]}
    folder, path = a_folder(tmp_path / "policies", tenants__acme=json.dumps(acme)), tmp_path / "token"

    path.write_bytes(good + b"\n")
    accepted = _run("token", str(folder), "--file", str(path)), capsys.readouterr()
    path.write_bytes(good[:-8])
    refused = _run("token", str(folder), "--file", str(path)), capsys.readouterr()

    assert 0 == accepted[0]
    assert "tenant acme, project default, credential shop-app" in accepted[1].out
    assert 1 == refused[0]
    assert "This token would be refused: " in refused[1].err
    assert good.decode() not in f"{accepted}{refused}"


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """
    What is printed is JSON.
    """
    code = _run("schema")

    assert 0 == code
    assert "$defs" in json.loads(capsys.readouterr().out)
