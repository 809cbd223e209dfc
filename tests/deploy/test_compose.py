"""docker-compose.yml: what can be known of it where no container runs."""

import copy
import ipaddress
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.compose_file import COMPOSE, Tree, environment_of, read_compose, variables
from tests.deploy.stack_rules import faults_of
from tests.house.tree import ROOT

Change = Callable[[Tree], Any]


def validated(path: Path) -> "subprocess.CompletedProcess[str]":
    """Check a file against the official schema, which check-jsonschema brings."""
    command = [str(Path(sys.executable).with_name("check-jsonschema")), "--builtin-schema"]
    return subprocess.run(
        [*command, "vendor.compose-spec", str(path)], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.slow
def test_the_file_has_the_shape_that_compose_reads(tmp_path: Path) -> None:
    """
    The schema of the specification accepts it, and no misspelt copy of it.
    """
    misspelt = tmp_path / "docker-compose.yml"
    misspelt.write_text(COMPOSE.read_text("utf-8").replace("healthcheck:", "health_check:"), "utf-8")
    numbered = tmp_path / "numbered.yml"
    numbered.write_text(yaml.safe_dump(read_compose()).replace("read_only: true", "read_only: 7"), "utf-8")

    assert [0, 1, 1] == [validated(path).returncode for path in (COMPOSE, misspelt, numbered)]


def test_nothing_is_wrong_with_the_stack() -> None:
    """
    Every path, network, volume, secret, setting and image in it leads somewhere, and nobody may do more
    than they need.
    """
    assert [] == faults_of(read_compose(), ROOT)


def _at(*path: str | int) -> Callable[[Tree], Any]:
    def find(tree: Any) -> Any:
        for step in path:
            tree = tree[step]
        return tree

    return find


def _setting(name: str, value: Any, *path: str | int) -> Change:
    return lambda tree: _at(*path)(tree).__setitem__(name, value)


def _without(name: str, *path: str | int) -> Change:
    return lambda tree: _at(*path)(tree).pop(name)


_GATEWAY = ("services", "gateway")

_BROKEN: list[tuple[str, Change]] = [
    ("version: Compose knows none", _setting("version", "3.9")),
    ("a variable has no default", _setting("user", "${WHO}", *_GATEWAY)),
    ("volumes: spare is used by nobody", _setting("spare", {}, "volumes")),
    ("secrets: admin_key is not in secrets/", _setting("file", "./x.txt", "secrets", "admin_key")),
    ("redis: cap_drop", _without("cap_drop", "services", "redis")),
    ("redis: security_opt", _setting("security_opt", [], "services", "redis")),
    ("redis: privileged", _setting("cap_add", ["NET_ADMIN"], "services", "redis")),
    ("grafana: read_only", _setting("read_only", False, "services", "grafana")),
    ("cache: user: '0:0'", _setting("user", "0:0", "services", "cache")),
    ("cache: user: 'redis'", _setting("user", "redis", "services", "cache")),
    ("gateway: limits", _without("deploy", *_GATEWAY)),
    ("gateway: healthcheck", _without("healthcheck", *_GATEWAY)),
    ("gateway: healthcheck", _setting("test", "curl localhost", *_GATEWAY, "healthcheck")),
    ("gateway: command: is a shell's line", _setting("command", "serve --workers 2", *_GATEWAY)),
    ("gateway: depends_on: there is no db", _setting("db", {}, *_GATEWAY, "depends_on")),
    ("gateway: networks: there is no back", _setting("networks", ["front", "back"], *_GATEWAY)),
    ("gateway: volumes: there is no gateway-state", _without("gateway-state", "volumes")),
    ("gateway: volumes: ./rules does not exist", _setting("volumes", ["./rules:/etc/r:ro"], *_GATEWAY)),
    ("gateway: volumes: ./policies can be", _setting("volumes", ["./policies:/etc/p"], *_GATEWAY)),
    ("gateway: secrets: there is no admin_key", _without("admin_key", "secrets")),
    ("gateway: secrets: /run/secrets/redis_url is named and not", _setting("secrets", [], *_GATEWAY)),
    ("redis: secrets: /run/secrets/admin_key is m", _setting("secrets", ["admin_key"], "services", "redis")),
    ("prometheus: image", _setting("image", "prom/prometheus:latest", "services", "prometheus")),
    ("prometheus: image", _setting("image", "prom/prometheus", "services", "prometheus")),
    ("prometheus: image", _setting("image", "redis:8", "services", "prometheus")),
    ("gateway: build: what is ours", _without("build", *_GATEWAY)),
    ("gateway: build: there is no such", _setting("dockerfile", "Dockerfile", *_GATEWAY, "build")),
    ("redis: ports: is not meant", _setting("ports", ["127.0.0.1:6379:6379"], "services", "redis")),
    ("gateway: ports: 8080:8080 is open", _setting("ports", ["8080:8080"], *_GATEWAY)),
    ("grafana: ports: all its networks", _setting("networks", ["watch"], "services", "grafana")),
    ("knows no GATEWAY_REDIS", _setting("GATEWAY_REDIS", "x", *_GATEWAY, "environment")),
    ("no policy reads DEEPSEEK_KEY", _setting("DEEPSEEK_KEY", "x", *_GATEWAY, "environment")),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "change"), _BROKEN, ids=[fault for fault, _ in _BROKEN])
def test_each_rule_finds_the_stack_that_breaks_it(fault: str, change: Change) -> None:
    """
    A copy with one thing wrong is told by that thing.
    """
    broken = copy.deepcopy(read_compose())
    change(broken)

    assert [] != [found for found in faults_of(broken, ROOT) if fault in found]


def test_secrets_that_git_would_take_are_a_fault(tmp_path: Path) -> None:
    """
    The folder has to be ignored where the stack stands.
    """
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    (tmp_path / ".gitignore").write_text("/state/\n")

    assert "secrets: git would take them" in faults_of(read_compose(), tmp_path)


def test_every_variable_is_explained() -> None:
    """
    What can be set before `docker compose up` stands in the table of docs/deployment.md, and nothing else.
    """
    told = re.findall(
        r"^\| (`[A-Z_`, ]+`) \|", (ROOT / "docs/deployment.md").read_text("utf-8"), re.MULTILINE
    )

    assert variables() == {name for row in told for name in re.findall(r"[A-Z_]+", row)}


def test_metrics_are_shown_to_the_network_of_prometheus_alone() -> None:
    """
    The one that the gateway believes is the one that it shares with Prometheus, whichever is chosen.
    """
    compose = read_compose({"WATCH_NETWORK": "10.9.8.0/28"})
    watch = compose["networks"]["watch"]
    believed = environment_of(compose["services"]["gateway"])["GATEWAY_METRICS_NETWORKS"].split(",")

    assert ["127.0.0.0/8", watch["ipam"]["config"][0]["subnet"]] == believed
    assert watch["internal"]
    assert ipaddress.ip_network(believed[1]).num_addresses >= len(compose["services"])


def test_the_model_is_found_under_one_name() -> None:
    """
    The address, port and name that the gateway asks for are those of both profiles.
    """
    compose = read_compose({"LOCAL_MODEL": "mine"})
    services = compose["services"]
    asked = environment_of(services["gateway"])
    behind = [services[name] for name in ("vllm", "simulator")]

    assert "http://model:8000/v1" == asked["LOCAL_BASE_URL"]
    assert "--served-model-name=mine" in services["vllm"]["command"]
    assert "mine" == asked["LOCAL_MODEL"]
    assert [["model"]] * 2 == [service["networks"]["models"]["aliases"] for service in behind]
    assert "models" in services["gateway"]["networks"]
    assert "--port=8000" in services["vllm"]["command"]
    assert "8000" == services["simulator"]["command"][services["simulator"]["command"].index("--port") + 1]
