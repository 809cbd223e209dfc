"""Files and functions stay small enough to be read in one go."""

import ast
from pathlib import Path

from tests.house.tree import ROOT, modules, nodes


def test_no_file_is_longer_than_300_lines() -> None:
    """
    A module that outgrew one screenful of screens is two modules.
    """
    lengths = {str(module): (ROOT / module).read_text().count("\n") for module in modules()}

    assert {} == {module: lines for module, lines in lengths.items() if lines > 300}


def test_no_function_is_longer_than_50_lines() -> None:
    """
    A function fits on one screen.
    """
    long = [
        f"{module}:{node.lineno} {node.name}"
        for module in modules()
        for node in nodes(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno + 1 > 50
    ]

    assert [] == long


def test_the_whole_path_of_an_exchange_fits_in_200_lines() -> None:
    """
    pipeline.py is the page to read first, so it stays a page.
    """
    lines = (ROOT / "gateway/pipeline/pipeline.py").read_text().count("\n")

    assert lines <= 200


def test_a_package_file_holds_one_sentence() -> None:
    """
    `__init__.py` is a docstring of one line; only registries list their members.
    """
    registries = {
        "gateway/limits/kinds/__init__.py",
        "gateway/upstreams/kinds/__init__.py",
        "gateway/redaction/recognisers/__init__.py",
        "gateway/redaction/actions/__init__.py",
    }

    wordy = [
        str(module)
        for module in modules()
        if module.name == "__init__.py" and str(module) not in registries and not _is_one_sentence(module)
    ]

    assert [] == wordy


def _is_one_sentence(module: Path) -> bool:
    text = (ROOT / module).read_text().strip()
    tree = ast.parse(text)
    return len(tree.body) == 1 and ast.get_docstring(tree) is not None and "\n" not in text
