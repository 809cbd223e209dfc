"""The table that is printed and the file that is kept."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.measures import Finding, Row, Scale

_LIBRARIES = ("uvloop", "httptools", "uvicorn", "orjson")


def table(rows: Sequence[Row]) -> str:
    """Return the rows as aligned text, each goal beside its figure."""
    width = max(len(row.what) for row in rows)
    lines = [f"{'':8} {'':{width}} {'figure':>10}    {'goal':>7}"]
    previous = ""
    for row in rows:
        name = "" if row.measure == previous else row.measure
        previous = row.measure
        lines.append(f"{name:8} {row.what:{width}} {_number(row):>10} {row.unit:2} {_goal(row)}".rstrip())
    return "\n".join(lines)


def keep(folder: Path, findings: Mapping[str, Finding], scale: Scale) -> Path:
    """Write rows and raw figures to a file named for the moment; return its path."""
    now = datetime.now(UTC)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{now:%Y%m%dT%H%M%SZ}.json"
    document = {
        "time": now.isoformat(timespec="seconds"),
        "machine": {
            "system": platform.platform(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            **{library: version(library) for library in _LIBRARIES},
        },
        "scale": asdict(scale),
        "rows": [
            {**asdict(row), "is_met": row.is_met} for finding in findings.values() for row in finding.rows
        ],
        "raw": {name: finding.raw for name, finding in findings.items()},
    }
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return path


def _number(row: Row) -> str:
    if row.unit == "x":
        return f"{row.figure:.2f}"
    return f"{row.figure:.0f}" if row.unit == "" else f"{row.figure:.1f}"


def _goal(row: Row) -> str:
    if row.goal is None:
        return ""
    return f"<= {row.goal:>4g} {'met' if row.is_met else 'MISSED'}"
