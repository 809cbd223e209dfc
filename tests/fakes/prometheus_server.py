"""A real Prometheus on a free port of this machine, with the shipped configuration in a hurry."""

import json
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any, Self

import yaml

from monitoring.pages import Sample
from tests.fakes.redis_server import a_free_port
from tests.house.tree import ROOT

_SHIPPED = ROOT / "deploy/prometheus"
_PATIENCE_SECONDS = 30.0
# Scrapes come fifteen times as often, so a window of a quarter of its length still has plenty of them.
_HURRY = 4
_SECONDS = {"m": 60, "h": 3_600, "d": 86_400}
_SPAN = re.compile(r"(\[|for: |offset )(\d+)([mhd])")


class PrometheusServer:
    """
    One prometheus process that scrapes one gateway every second.

    Under the shipped rules, whose windows and waits are a quarter as long;
    promtool counts them as they are (`test_rule_tests.py`).
    """

    def __init__(self, folder: Path, gateway: str) -> None:
        self._folder = folder
        self._port = a_free_port()
        self._url = f"http://127.0.0.1:{self._port}"
        self._config = folder / "prometheus.yml"
        (folder / "rules").mkdir(parents=True)
        for rules in (_SHIPPED / "rules").glob("*.yml"):
            (folder / "rules" / rules.name).write_text(hurried(rules.read_text("utf-8")), "utf-8")
        self._config.write_text(json.dumps(_configuration(gateway)), "utf-8")

    def __enter__(self) -> Self:
        """Start it and wait until it answers."""
        command = [
            "prometheus", f"--config.file={self._config}", f"--storage.tsdb.path={self._folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self._port}", "--enable-feature=exemplar-storage",
        ]  # fmt: skip
        with (self._folder / "prometheus.log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self._answers():
            assert time.monotonic() < deadline, (self._folder / "prometheus.log").read_text()
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self._process.terminate()
        self._process.wait(timeout=20)

    def ask(self, expression: str) -> list[Sample]:
        """Return what an expression comes to now."""
        found = self._get("query", query=expression)
        if found["resultType"] == "scalar":
            return [Sample({}, float(found["result"][1]))]
        return [Sample(one["metric"], float(one["value"][1])) for one in found["result"]]

    def alerts(self, state: str, within: str = "") -> set[str]:
        """Return which alerts are in a state now, or were within a time."""
        series = f'ALERTS{{alertstate="{state}"}}'
        found = self.ask(f"max_over_time({series}[{within}])" if within else series)
        return {sample.labels["alertname"] for sample in found}

    def rule_states(self) -> dict[str, str]:
        """Return how the evaluation of each rule went last, by its name: `ok`, or what was wrong."""
        groups = self._get("rules")["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        return {rule["name"]: rule.get("lastError") or rule["health"] for rule in rules}

    def exemplars(self, metric: str) -> list[dict[str, Any]]:
        """Return the exemplars of a metric from the last hour."""
        now = time.time()
        found = self._get("query_exemplars", query=metric, start=str(now - 3600), end=str(now))
        return [exemplar for series in found for exemplar in series["exemplars"]]

    def _get(self, path: str, **query: str) -> Any:
        url = f"{self._url}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - our own address
                return json.load(answer)["data"]
        except urllib.error.HTTPError as refused:
            with refused:
                raise AssertionError(f"{query}: {refused.read().decode()}") from refused

    def _answers(self) -> bool:
        assert self._process.poll() is None, (self._folder / "prometheus.log").read_text()
        try:
            with urllib.request.urlopen(f"{self._url}/-/ready", timeout=5):  # noqa: S310 - our own address
                return True
        except urllib.error.HTTPError as not_yet:
            # It is an open answer, too.
            not_yet.close()
            return False
        except OSError:
            return False


def hurried(rules: str) -> str:
    """Return rules with windows, waits and offsets of a quarter of their length."""
    return _SPAN.sub(lambda span: f"{span[1]}{int(span[2]) * _SECONDS[span[3]] // _HURRY}s", rules)


def _configuration(gateway: str) -> dict[str, Any]:
    """Return the shipped configuration with the gateway's place in this test, and seconds for minutes."""
    config: dict[str, Any] = yaml.safe_load((_SHIPPED / "prometheus.yml").read_text("utf-8"))
    config["global"] = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    jobs = {job["job_name"]: job for job in config["scrape_configs"]}
    jobs["deepseek-gateway"]["static_configs"] = [{"targets": [gateway]}]
    config["scrape_configs"] = [jobs["deepseek-gateway"]]
    return config
