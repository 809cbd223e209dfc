"""docs/errors.md lists what callers can be told, no more and no less."""

import ast
import importlib
import re
from collections.abc import Iterator

from gateway.upstreams.verdicts import VERDICTS
from gateway.vocabulary.refusal import Refusal
from tests.house.tree import ROOT, modules, syntax

_ROW = re.compile(r"^\| `([a-z_]+)` \| ([0-9, or]+) \|", re.MULTILINE)


def test_every_code_is_documented_and_every_documented_code_exists() -> None:
    """
    The tables hold exactly the codes that the package can send.
    """
    codes = {refusal.code for refusal in _refusals(Refusal)} | set(VERDICTS) | set(_codes_at_the_place())

    assert codes == set(_documented())


def test_a_refusal_has_the_status_that_is_documented() -> None:
    """
    Callers may rely on the pair of status and code.
    """
    statuses = _documented()

    wrong = {
        refusal.__name__: refusal.status
        for refusal in _refusals(Refusal)
        if str(refusal.status) not in re.findall(r"\d+", statuses.get(refusal.code, ""))
    }

    assert {} == wrong


def test_a_verdict_has_the_status_that_is_documented() -> None:
    """
    What an upstream's failure means to a caller stands in the tables too.
    """
    statuses = _documented()

    wrong = {
        code: verdict.status
        for code, verdict in VERDICTS.items()
        if str(verdict.status) not in re.findall(r"\d+", statuses.get(code, ""))
    }

    assert {} == wrong


def test_every_example_in_the_document_has_a_code_of_the_tables() -> None:
    """
    The error shape is shown with a code that exists.
    """
    text = (ROOT / "docs/errors.md").read_text()

    shown = re.findall(r'"code": "([a-z_]+)"', text)

    assert shown
    assert [] == [code for code in shown if code not in _documented()]


def _documented() -> dict[str, str]:
    return dict(_ROW.findall((ROOT / "docs/errors.md").read_text()))


def _refusals(parent: type[Refusal]) -> Iterator[type[Refusal]]:
    for module in modules():
        importlib.import_module(".".join(module.with_suffix("").parts).removesuffix(".__init__"))
    yield from _descendants(parent)


def _descendants(parent: type[Refusal]) -> Iterator[type[Refusal]]:
    for child in parent.__subclasses__():
        if child.__module__.startswith("gateway."):
            yield child
        yield from _descendants(child)


def _codes_at_the_place() -> Iterator[str]:
    """Yield the codes that are given where a refusal is raised, as `code="..."`."""
    for module in modules():
        if module.parts[1] == "simulator":
            continue
        for node in ast.walk(syntax(module)):
            if isinstance(node, ast.keyword) and "code" == node.arg and isinstance(node.value, ast.Constant):
                yield str(node.value.value)
