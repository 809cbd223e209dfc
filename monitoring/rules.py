"""The rules that Prometheus evaluates, as they stand in deploy/prometheus/rules."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[1] / "deploy" / "prometheus" / "rules"


@dataclass(frozen=True, slots=True)
class Record:
    """An expression whose result is kept under a name of its own."""

    name: str
    expression: str


@dataclass(frozen=True, slots=True)
class Alert:
    """A condition that somebody is told of."""

    name: str
    expression: str
    labels: dict[str, str]
    annotations: dict[str, str]


def records(folder: Path = FOLDER) -> tuple[Record, ...]:
    """Return the recording rules of every file, in their order."""
    return tuple(Record(rule["record"], rule["expr"]) for rule in _rules(folder) if "record" in rule)


def alerts(folder: Path = FOLDER) -> tuple[Alert, ...]:
    """Return the alerts of every file, in their order."""
    return tuple(
        Alert(rule["alert"], rule["expr"], rule["labels"], rule["annotations"])
        for rule in _rules(folder)
        if "alert" in rule
    )


def _rules(folder: Path) -> list[dict[str, Any]]:
    documents = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yml"))]
    return [rule for document in documents for group in document["groups"] for rule in group["rules"]]
