"""The project's own files, as the tests about the house read them."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def modules() -> list[Path]:
    """Every Python file of the package, relative to the project's root."""
    return sorted(path.relative_to(ROOT) for path in (ROOT / "gateway").rglob("*.py"))


@cache
def syntax(module: Path) -> ast.Module:
    """Return the parsed text of a module, read once for all tests."""
    return ast.parse((ROOT / module).read_text(encoding="utf-8"))


@cache
def nodes(module: Path) -> tuple[ast.AST, ...]:
    """Return every node of a module's syntax."""
    return tuple(ast.walk(syntax(module)))


def dotted(node: ast.expr) -> str:
    """Return `a.b.c` for a name or a chain of attributes, else an empty text."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""
