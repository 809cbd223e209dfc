"""Every module that decides or does something has a test file of the same path."""

import ast
from pathlib import Path

from tests.house.tree import ROOT, modules, syntax

# Modules without a test file of their own, and what proves them instead.
_PROVED_ELSEWHERE: dict[str, str] = {
    "gateway/__main__.py": "tests/test_main.py calls it, tests/cli and tests/journeys run it as a process",
}


def test_every_module_has_its_test() -> None:
    """
    gateway/a/b.py is tested by tests/a/test_b.py, or listed here with the reason.

    What only declares (frozen values, protocols, refusals, tables) is proved by
    the types and by everyone who uses it.
    """
    untested = [
        str(module)
        for module in modules()
        if _acts(module) and str(module) not in _PROVED_ELSEWHERE and not _tests_of(module)
    ]

    assert [] == untested


def test_the_list_of_exceptions_is_short_and_true() -> None:
    """
    A listed module exists, acts, and has no test file after all.
    """
    stale = [
        name
        for name in _PROVED_ELSEWHERE
        if not (ROOT / name).exists() or not _acts(Path(name)) or _tests_of(Path(name))
    ]

    assert [] == stale
    assert len(_PROVED_ELSEWHERE) <= 10


def _tests_of(module: Path) -> list[Path]:
    """Find tests/a/test_b.py, also where it is parted by topic into test_b_topic.py."""
    folder = ROOT / "tests" / module.relative_to("gateway").parent
    return sorted([*folder.glob(f"test_{module.stem}.py"), *folder.glob(f"test_{module.stem}_*.py")])


def _acts(module: Path) -> bool:
    """Return whether any function in it does more than say what it is, store, or raise."""
    functions = (
        node for node in ast.walk(syntax(module)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return any(not _is_declaration(statement) for function in functions for statement in function.body)


def _is_declaration(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        # A docstring, or handing on to the parent's constructor.
        return isinstance(statement.value, ast.Constant) or "super().__init__" in ast.unparse(statement)
    return isinstance(statement, ast.Assign | ast.AnnAssign) and "self." in ast.unparse(statement)
