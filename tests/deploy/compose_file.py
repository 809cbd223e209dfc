"""docker-compose.yml as a test reads it: a tree whose variables are replaced."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.house.tree import ROOT

COMPOSE = ROOT / "docker-compose.yml"
Tree = dict[str, Any]

_VARIABLE = re.compile(r"\$\{([A-Z_]+):-([^}]*)\}")


def read_compose(environ: Mapping[str, str] | None = None, text: str | None = None) -> Tree:
    """Return the file with every `${NAME:-default}` replaced; another form stays and is a fault."""
    chosen = environ or {}

    def replace(found: re.Match[str]) -> str:
        return chosen.get(found[1]) or found[2]

    tree: Tree = yaml.safe_load(_VARIABLE.sub(replace, text or COMPOSE.read_text("utf-8")))
    return tree


def variables() -> set[str]:
    """Return the names of all variables in the file."""
    return set(re.findall(r"\$\{?([A-Za-z_]+)", COMPOSE.read_text("utf-8")))


def environment_of(service: Tree) -> dict[str, str]:
    """Return the variables that a service is given."""
    return {name: str(value) for name, value in service.get("environment", {}).items()}


def secret_file(compose: Tree, path: str) -> str:
    """Return the name of the file in secrets/ that a container sees at this path."""
    return Path(compose["secrets"][Path(path).name]["file"]).name
