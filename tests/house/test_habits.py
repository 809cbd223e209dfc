"""Habits that cost dearly are not found in the package."""

import ast
from pathlib import Path

import pytest

from tests.house.tree import dotted, modules, nodes, syntax


def _calls(name: str) -> list[str]:
    return [
        f"{module}:{node.lineno}"
        for module in modules()
        for node in nodes(module)
        if isinstance(node, ast.Call) and name == dotted(node.func)
    ]


@pytest.mark.parametrize(
    "name", ["time.time", "time.sleep", "datetime.now", "datetime.datetime.now", "asyncio.create_task"]
)
def test_time_and_tasks_come_from_their_owners(name: str) -> None:
    """
    Time comes from `Clock`, and background work goes through `LastTasks`.
    """
    found = _calls(name)

    assert [] == found


def test_only_the_command_line_prints() -> None:
    """
    Nothing but `cli` writes to the terminal.
    """
    found = [place for place in _calls("print") if not place.startswith("gateway/cli/")]

    assert [] == found


def test_no_middleware_that_costs_more_than_the_gateway() -> None:
    """
    Starlette's `BaseHTTPMiddleware` costs 400 microseconds a request.
    """
    found = [
        f"{module}:{node.lineno}"
        for module in modules()
        for node in nodes(module)
        if isinstance(node, ast.Name | ast.alias)
        and "BaseHTTPMiddleware" == (node.id if isinstance(node, ast.Name) else node.name)
    ]

    assert [] == found


def test_cancellation_is_named_at_the_edge_alone() -> None:
    """
    Only `edge` catches `CancelledError` and says which ending it was.
    """
    found = [place for place in _catches("CancelledError") if not place.startswith("gateway/edge/")]

    assert [] == found


def test_everything_public_has_a_docstring() -> None:
    """
    Every module, public class and public function says what it is.
    """
    silent = [f"{module}:{name}" for module in modules() for name in _undocumented(module)]

    assert [] == silent


def _catches(name: str) -> list[str]:
    return [
        f"{module}:{node.lineno}"
        for module in modules()
        for node in nodes(module)
        if isinstance(node, ast.ExceptHandler) and node.type is not None
        for caught in (node.type.elts if isinstance(node.type, ast.Tuple) else [node.type])
        if name == dotted(caught).rpartition(".")[2]
    ]


def _undocumented(module: Path) -> list[str]:
    tree = syntax(module)
    found = [] if ast.get_docstring(tree) else ["module"]
    owners: list[ast.Module | ast.ClassDef] = [
        tree,
        *(
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
        ),
    ]
    for owner in owners:
        found += [
            node.name
            for node in owner.body
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
        ]
    return found
