"""`deepseek-gateway usage` tells the operator where tenants stand."""

import argparse
import asyncio
import json
from pathlib import Path

import pytest

from gateway.cli import usage
from gateway.foundation.redis_state_store import RedisStateStore
from gateway.identity.key_document import KIND, KeyDocument, encode_key
from tests.fakes.redis_links import a_link
from tests.fakes.redis_server import RedisServer
from tests.house.tree import ROOT
from tests.identity.test_key_document import a_document
from tests.policy.folder import a_folder

_PLAN = (
    "plan: basic\nlimits: {rules: [{kind: requests, name: rpm, per: [key], limit: 60}, "
    "{kind: tokens, name: tpm, limit: 9000, mode: shadow}]}"
)


def _run(folder: Path, redis_url: str, *words: str) -> int:
    parser = argparse.ArgumentParser()
    usage.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(["usage", *words])
    args.environ = {"GATEWAY_POLICIES": str(folder), "GATEWAY_REDIS_URL": redis_url}
    code: int = args.run(args)
    return code


def test_every_counter_of_a_tenant_has_a_line(
    tmp_path: Path, redis_server: RedisServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    With what is counted together.
    """
    code = _run(a_folder(tmp_path, plans__basic=_PLAN), redis_server.url)

    lines = capsys.readouterr().out.splitlines()
    assert 0 == code
    assert [
        ["acme", "rpm", "k=first", "60", "0", "60", "0", "enforce"],
        ["acme", "tpm", "all", "9000", "0", "9000", "0", "shadow"],
    ] == [line.split() for line in lines[1:]]


def test_the_shipped_policies_have_limits_to_show(
    redis_server: RedisServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Profiles of redaction and all.
    """
    code = _run(ROOT / "policies", redis_server.url)

    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert 0 == code
    assert [("demo", "requests-per-minute"), ("demo", "tokens-per-minute")] == [
        (line[0], line[1]) for line in lines[1:]
    ]


def test_a_key_made_at_run_time_is_named(
    tmp_path: Path, redis_server: RedisServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    And JSON is for programs.
    """
    folder = a_folder(tmp_path, plans__basic=_PLAN)

    code = _run(folder, redis_server.url, "--json", "--key", "later", "--tenant", "acme")

    rows = json.loads(capsys.readouterr().out)
    assert (0, ["k=first", "all", "k=later"]) == (code, [row["counts"] for row in rows])


def test_limits_that_a_credential_brings_are_shown_too(
    tmp_path: Path, redis_server: RedisServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Those of keys and of OAuth clients, as `GET /v1/usage` tells them.
    """
    own = "{rules: [{kind: requests, name: own, limit: 7}]}"
    keys = f"[{{id: first, hash: 'sha256:{'1' * 64}', limits: {own}}}]"
    clients = f"[{{id: shop, hashes: ['sha256:{'2' * 64}'], scopes: [chat], limits: {own}}}]"
    tenant = f"tenant: acme\nplan: basic\nresidency: external\nkeys: {keys}\nclients: {clients}"

    code = _run(a_folder(tmp_path, plans__basic="plan: basic", tenants__acme=tenant), redis_server.url)

    lines = capsys.readouterr().out.splitlines()
    assert 0 == code
    assert [["k=first", "7"], ["k=shop", "7"]] == [line.split()[2:4] for line in lines[1:]]


def test_a_key_made_at_run_time_brings_its_own_limits(
    tmp_path: Path, redis_server: RedisServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    In its project alone, and beside what its plan counts.
    """
    limits = {"rules": [{"kind": "requests", "name": "own", "limit": 7}]}
    asyncio.run(_keep(redis_server.url, a_document(id="later", project="app", limits=limits)))

    code = _run(
        a_folder(tmp_path, plans__basic=_PLAN), redis_server.url, "--json", "--key", "later", "--key", "other"
    )

    rows = json.loads(capsys.readouterr().out)
    assert 0 == code
    assert [
        ("rpm", "k=first"), ("tpm", "all"), ("rpm", "k=later"), ("own", "k=later"), ("rpm", "k=other")
    ] == [(row["name"], row["counts"]) for row in rows]  # fmt: skip


async def _keep(redis_url: str, key: KeyDocument) -> None:
    async with a_link(redis_url) as link:
        await RedisStateStore(link).write(KIND, key.id, encode_key(key))


def test_a_model_whose_name_has_a_colon_is_named_whole(
    tmp_path: Path, redis_server: RedisServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    As those of Ollama have.
    """
    plan = "plan: basic\nlimits: {rules: [{kind: requests, name: rpm, per: [model], limit: 60}]}"
    models = "models: {'deepseek-r1:8b': {route: [{upstream: rack, model: 'deepseek-r1:8b'}]}}"

    code = _run(a_folder(tmp_path, plans__basic=plan, models=models), redis_server.url, "--json")

    (row,) = json.loads(capsys.readouterr().out)
    assert (0, "m=deepseek-r1:8b") == (code, row["counts"])


@pytest.mark.parametrize(
    ("redis_url", "words", "reason"),
    [
        ("", (), "GET /v1/usage"),
        ("redis://127.0.0.1:1", (), "Connection refused"),
        ("redis://127.0.0.1:1", ("--key", "later"), "Connection refused"),
        ("redis://127.0.0.1:1", ("--tenant", "nobody"), "no tenant 'nobody'"),
    ],
)
def test_what_cannot_be_known_is_said(
    tmp_path: Path, redis_url: str, words: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    With exit code 1.
    """
    code = _run(a_folder(tmp_path, plans__basic=_PLAN), redis_url, *words)

    assert 1 == code
    assert reason in capsys.readouterr().err


def test_bad_policies_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    By their mistakes.
    """
    code = _run(a_folder(tmp_path, plans__basic="plan: 3"), "redis://127.0.0.1:1")

    assert (1, True) == (code, "plans/basic.yaml" in capsys.readouterr().err)
