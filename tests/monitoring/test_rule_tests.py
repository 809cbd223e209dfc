"""Every rule has a test for Prometheus' own promtool, and passes it."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache, partial
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitoring.rules import FOLDER, alerts, records

TESTS = FOLDER.parent / "tests"
_FILES = sorted(TESTS.glob("*.yml"))
_MILLISECONDS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}
_SPOILT = [
    ('status=~"2..|5..",status!="505"}[1h]', 'status=~"2..|5.."}[1h]', "availability"),
    ("[30m])) > 0)", "[30m])))", "tenants"),
    ("gateway_upstream_up) == 0", "gateway_upstream_up) == 2", "upstreams"),
    ("for: 1h", "for: 0m", "upstreams"),
    ("for: 15m", "for: 0m", "slow_burns"),
    ("ratio_rate5m > 14.4", "ratio_rate5m > 10", "availability"),
    ("ratio_rate2h > 3", "ratio_rate2h > 2.1", "slow_burns"),
    ('status!="505"}[2h]', 'status!="505"}[1h]', "burn_windows"),
    ("gateway_audit_gaps_total[15m]", "gateway_audit_gaps_total[1h]", "records"),
]

Change = Callable[[str], str]
Verdicts = Mapping[tuple[str, str], Future[bool]]

_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not here")


@cache
def _cases() -> list[dict[str, Any]]:
    documents = [yaml.safe_load(path.read_text("utf-8")) for path in _FILES]
    return [case for document in documents for case in document["tests"]]


def _verdicts(case: dict[str, Any], alert: str) -> list[bool]:
    """Return whether this alert is expected to fire, in the order in which a case asks, repeats left out."""
    asks = [ask for ask in case.get("alert_rule_test", []) if ask["alertname"] == alert]
    return [fires for fires, _ in groupby(bool(ask["exp_alerts"]) for ask in asks)]


def _accepted(path: Path, change: Change, folder: Path) -> bool:
    """Return whether promtool finds the cases of a file true under rules that were changed so."""
    shutil.copytree(FOLDER.parent, folder / "prometheus")
    for rules in (folder / "prometheus/rules").iterdir():
        rules.write_text(change(rules.read_text("utf-8")), "utf-8")
    command = ["promtool", "test", "rules", str(folder / "prometheus/tests" / path.name)]
    return subprocess.run(command, capture_output=True, timeout=300, check=False).returncode == 0


def _spoilt(old: str, new: str, rules: str) -> str:
    return rules.replace(old, new)


def _as_prometheus_3(rules: str) -> str:
    return re.sub(r"\[(\d+)([mhd])\]", _a_moment_shorter, rules)


def _a_moment_shorter(window: re.Match[str]) -> str:
    return f"[{int(window[1]) * _MILLISECONDS[window[2]] - 1}ms]"


def test_every_alert_has_a_case_in_which_it_waits_then_fires_then_ends() -> None:
    """
    Silent before or too early, with its words while it fires, silent once it is over.
    """
    whole = {
        alert.name
        for alert in alerts()
        for case in _cases()
        if [False, True, False] == _verdicts(case, alert.name)
    }

    assert [] == [alert.name for alert in alerts() if alert.name not in whole]


def test_every_recorded_number_is_compared() -> None:
    """
    Some case asks for it and expects a value.
    """
    asked = " ".join(
        ask["expr"] for case in _cases() for ask in case.get("promql_expr_test", []) if ask["exp_samples"]
    )

    assert [] == [record.name for record in records() if record.name not in asked]


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_a_file_of_cases_reads_all_the_rules(path: Path) -> None:
    """
    So that an alert which fires beside the one in question is seen.
    """
    named = yaml.safe_load(path.read_text("utf-8"))["rule_files"]

    assert set(FOLDER.glob("*.yml")) == {(path.parent / name).resolve() for name in named}


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Verdicts]:
    """Begin all runs of promtool, as many at once as there are cores: each of them keeps one."""
    pool = ThreadPoolExecutor(os.cpu_count())

    def begin(path: Path, change: Change) -> Future[bool]:
        return pool.submit(_accepted, path, change, tmp_path_factory.mktemp("promtool"))

    yield {
        **{(path.stem, "shipped"): begin(path, str) for path in _FILES},
        **{(path.stem, "prometheus 3"): begin(path, _as_prometheus_3) for path in _FILES},
        **{
            (case, old): begin(TESTS / f"{case}.yml", partial(_spoilt, old, new))
            for old, new, case in _SPOILT
        },
    }
    pool.shutdown(cancel_futures=True)


@pytest.mark.long
@_promtool
@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_promtool_finds_every_case_true(path: Path, verdicts: Verdicts) -> None:
    """
    Alerts fire when they should, stay silent when they should, and end.
    """
    assert verdicts[path.stem, "shipped"].result()


@pytest.mark.long
@_promtool
@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_every_case_is_true_as_prometheus_3_counts(path: Path, verdicts: Verdicts) -> None:
    """
    There the sample at the very beginning of a window is outside of it, as if each were a moment shorter.
    """
    assert verdicts[path.stem, "prometheus 3"].result()


@pytest.mark.long
@_promtool
@pytest.mark.parametrize(("case", "old"), [(case, old) for old, _, case in _SPOILT])
def test_promtool_finds_a_rule_that_was_spoilt(case: str, old: str, verdicts: Verdicts) -> None:
    """
    The test above can fail: by what is counted, a threshold, a wait, a window.
    """
    assert not verdicts[case, old].result()
