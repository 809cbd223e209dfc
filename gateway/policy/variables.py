"""
Variables in policy documents: `${NAME}` and `${NAME:-default}`.

`${NAME}` must be set (it may be set to nothing); `${NAME:-default}` takes the
default where NAME is unset or empty. Where `NAME_FILE` is set, the content of
that file is the value, without its last line break; both at once are refused.
`$${` is a literal `${`. A value is never expanded a second time.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gateway.policy.errors import PolicyError

_REFERENCE = re.compile(r"\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^{}]*))?\}|\$\{")


class Expanded(str):
    """
    A text that came, in whole or in part, from a variable.

    It may stand for a number, and no message quotes it.
    """

    __slots__ = ()


class _Unset(Exception):
    """A reference that has no value; the message is for whoever wrote the document."""


def expand_tree(file: str, tree: Any, environ: Mapping[str, str]) -> tuple[Any, list[PolicyError]]:
    """Return the tree with every variable replaced, and every variable that could not be."""
    errors: list[PolicyError] = []

    def grow(value: Any, key: str) -> Any:
        if isinstance(value, dict):
            return {name: grow(child, f"{key}.{name}" if key else name) for name, child in value.items()}
        if isinstance(value, list):
            return [grow(child, f"{key}[{place}]") for place, child in enumerate(value)]
        if isinstance(value, str) and "${" in value:
            try:
                return expand(value, environ)
            except _Unset as unset:
                errors.append(PolicyError(file, key, str(unset)))
                return ""
        return value

    return grow(tree, ""), errors


def expand(text: str, environ: Mapping[str, str]) -> str:
    """Return a text with its variables replaced; an `Expanded` if there was one."""
    variables = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal variables
        if match[0] == "$${":
            return "${"
        if match[1] is None:
            raise _Unset(
                "has a '${' that is no variable; write ${NAME}, ${NAME:-default}, or $${ for the text '${'"
            )
        variables += 1
        return _value(match[1], match[2], environ)

    expanded = _REFERENCE.sub(replace, text)
    return Expanded(expanded) if variables else expanded


def _value(name: str, default: str | None, environ: Mapping[str, str]) -> str:
    value = environ.get(name)
    path = environ.get(f"{name}_FILE")
    if path:
        if value:
            raise _Unset(f"both {name} and {name}_FILE are set; set one of them")
        value = _content(name, path)
    if value or (value is not None and default is None):
        return value
    if default is None:
        raise _Unset(
            f"the variable {name} is not set; set {name} or {name}_FILE, or write ${{{name}:-default}}"
        )
    return default


def _content(name: str, path: str) -> str:
    try:
        return Path(path).read_text("utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise _Unset(
            f"the file named by {name}_FILE cannot be read as text ({type(error).__name__})"
        ) from error
