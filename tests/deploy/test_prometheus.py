"""What Prometheus and Grafana of the stack are told leads to the services of the stack."""

import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from tests.deploy.compose_file import Tree, environment_of, read_compose
from tests.house.tree import ROOT

FOLDER = ROOT / "deploy/prometheus"


def _read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text("utf-8"))


def lost_targets(config: Tree, compose: Tree) -> list[str]:
    """Return the targets that are no service that Prometheus can reach at that port."""
    services = compose["services"]
    ports = {
        "gateway": environment_of(services["gateway"])["GATEWAY_ADMIN_PORT"],
        "localhost": "9090",
        "vllm": next(
            word.removeprefix("--port=") for word in services["vllm"]["command"] if "--port=" in word
        ),
    }
    within = {name for name, service in services.items() if "watch" in service["networks"]} | {"localhost"}
    found: list[str] = []
    for job in config["scrape_configs"]:
        named = [target for group in job.get("static_configs", []) for target in group["targets"]]
        named += [
            f"{name}:{group['port']}" for group in job.get("dns_sd_configs", []) for name in group["names"]
        ]
        for target in named:
            host, _, port = target.partition(":")
            if host not in within or ports.get(host) != port:
                found.append(target)
    return found


def test_every_target_is_a_service_at_its_port() -> None:
    """
    The gateway's is its operators' port, under the job that rules and dashboards ask for.
    """
    config, compose = _read("deploy/prometheus/prometheus.yml"), read_compose()
    jobs = {job["job_name"]: job for job in config["scrape_configs"]}

    assert [] == lost_targets(config, compose)
    assert [{"targets": ["gateway:8081"]}] == jobs["deepseek-gateway"]["static_configs"]


@pytest.mark.parametrize(
    ("old", "new"), [("gateway:8081", "gateway:8080"), ("gateway:8081", "redis:6379"), ("8000", "80")]
)
def test_a_target_that_is_no_service_is_found(old: str, new: str) -> None:
    """
    A wrong port, a service on another network.
    """
    text = (FOLDER / "prometheus.yml").read_text("utf-8").replace(old, new)

    assert 1 == len(lost_targets(yaml.safe_load(text), read_compose()))


def test_the_rules_that_are_named_are_there() -> None:
    """
    Each pattern finds files, and none is left out.
    """
    patterns = _read("deploy/prometheus/prometheus.yml")["rule_files"]
    named = {path for pattern in patterns for path in FOLDER.glob(pattern)}

    assert {path for path in (FOLDER / "rules").rglob("*") if path.is_file()} == named


def test_grafana_asks_the_prometheus_of_the_stack() -> None:
    """
    At its name and port, on a network that both are in; and finds its dashboards where they are mounted.
    """
    services = read_compose()["services"]
    mounts = [volume.split(":")[1] for volume in services["grafana"]["volumes"]]
    (source,) = _read("deploy/grafana/provisioning/datasources/prometheus.yaml")["datasources"]
    (provider,) = _read("deploy/grafana/provisioning/dashboards/deepseek-gateway.yaml")["providers"]
    url = urlsplit(source["url"])

    assert ("http", "prometheus", 9090) == (url.scheme, url.hostname, url.port)
    assert set(services["prometheus"]["networks"]) & set(services["grafana"]["networks"])
    assert provider["options"]["path"] in mounts


@pytest.mark.long
@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not here")
def test_promtool_accepts_the_configuration(tmp_path: Path) -> None:
    """
    With its rules; a misspelt one is refused.
    """
    shutil.copytree(FOLDER, tmp_path / "prometheus")
    misspelt = tmp_path / "prometheus/misspelt.yml"
    misspelt.write_text((FOLDER / "prometheus.yml").read_text("utf-8").replace("job_name", "jobname"))
    codes = [
        subprocess.run(
            ["promtool", "check", "config", path], capture_output=True, timeout=60, check=False
        ).returncode
        for path in (FOLDER / "prometheus.yml", misspelt)
    ]

    assert [0, 1] == codes
