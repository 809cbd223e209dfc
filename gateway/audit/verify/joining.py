"""Several modules of this package become one file that imports none of it."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class CannotJoin(Exception):
    """Two modules do not fit into one file; the message names what collides."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """A module taken apart: what it imports from outside, what it defines, and its remaining lines."""

    imports: list[str]
    names: frozenset[str]
    body: str


def joined(sources: Mapping[str, str], *, head: str, own: str) -> str:
    """
    Return one source text of the modules, in their order.

    `sources` are texts by module name, `own` is the package whose imports
    fall away because what they name is in the same file. Every name must be
    defined once; `main()` is called at the end.
    """
    parts = {name: _take_apart(name, text, own) for name, text in sources.items()}
    _refuse_collisions(parts)
    imports = sorted({line for part in parts.values() for line in part.imports}, key=_import_order)
    bodies = [f"# --- {name}\n\n{part.body.strip()}\n" for name, part in parts.items()]
    end = 'if __name__ == "__main__":\n    sys.exit(main())\n'
    return "\n\n".join([head + "\n" + "\n".join(imports) + "\n", *bodies, end])


def _take_apart(name: str, text: str, own: str) -> _Parts:
    tree = ast.parse(text)
    lines = text.splitlines(keepends=True)
    imports: list[str] = []
    dropped: set[int] = set()
    for index, node in enumerate(tree.body):
        is_docstring = index == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports += _foreign(node, own)
        elif not is_docstring:
            continue
        dropped |= set(range(node.lineno - 1, node.end_lineno or node.lineno))
    for inner in ast.walk(tree):
        if isinstance(inner, ast.Import | ast.ImportFrom) and inner not in tree.body:
            raise CannotJoin(f"{name}, line {inner.lineno}: an import inside a function")
    body = "".join(line for number, line in enumerate(lines) if number not in dropped)
    return _Parts(imports, frozenset(_defined(tree.body)), body)


def _foreign(node: ast.Import | ast.ImportFrom, own: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [ast.unparse(ast.Import([alias])) for alias in node.names]
    module = node.module or ""
    if module == own or module.startswith(f"{own}."):
        if renamed := [alias.name for alias in node.names if alias.asname]:
            raise CannotJoin(f"{module}: {renamed[0]} is imported under another name")
        return []
    return [ast.unparse(ast.ImportFrom(module, [alias], 0)) for alias in node.names]


def _defined(body: Sequence[ast.stmt]) -> list[str]:
    names: list[str] = []
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names += [one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]
    return names


def _refuse_collisions(parts: Mapping[str, _Parts]) -> None:
    owner: dict[str, str] = {}
    for module, part in parts.items():
        for name in part.names:
            if name in owner:
                raise CannotJoin(f"{name} is defined in {owner[name]} and in {module}")
            owner[name] = module


def _import_order(line: str) -> tuple[bool, str]:
    return line.startswith("from "), line
