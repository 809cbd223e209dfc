"""
A YAML text as a tree of plain values, and nothing cleverer than that.

Dates stay text, a number that YAML 1.1 and people read differently (1:30 is
90 there, 010 is 8) is an error, no tag makes an object, a key that stands twice in one
mapping is an error, and anchors may share a value but not swell: a document
that unfolds to more than 50,000 values is refused, and one nested deeper than
64 levels, which could exhaust the stack of whoever reads it.
"""

import re
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from gateway.policy.errors import PolicyError

_MOST_VALUES = 50_000
_DEEPEST = 64
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_TEXT_TAGS = {_TAG + name for name in ("str", "timestamp", "merge", "value")}
_NUMBER_TAGS = {_TAG + name for name in ("int", "float", "bool", "null")}
_OCTAL = re.compile(r"[-+]?0[0-9_]*[0-9][0-9_]*")


class Unreadable(Exception):
    """A text that is no tree of plain values."""

    def __init__(self, errors: list[PolicyError]) -> None:
        super().__init__(str(errors[0]))
        self.errors = errors


def read_tree(file: str, text: str) -> Any:
    """Return the value that a YAML text describes, or raise `Unreadable` with all its mistakes."""
    try:
        _refuse_depth(file, text)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise Unreadable([_not_yaml(file, error)]) from error
    if node is None:
        raise Unreadable([PolicyError(file, "", "is empty; write the document or remove the file")])
    planter = _Planter(file)
    tree = planter.plant(node, "", ())
    if planter.errors:
        raise Unreadable(planter.errors)
    return tree


def _refuse_depth(file: str, text: str) -> None:
    # Events come one by one; composing calls itself for each level, in C without a bound.
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                place = f"line {event.start_mark.line + 1}" if event.start_mark is not None else ""
                problem = f"is nested deeper than {_DEEPEST} levels; flatten it"
                raise Unreadable([PolicyError(file, place, problem)])
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _not_yaml(file: str, error: yaml.YAMLError) -> PolicyError:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "has a character that YAML does not allow"
    place = f"line {mark.line + 1}" if mark is not None else ""
    return PolicyError(
        file, place, f"is not YAML: {problem}; values with {{, }}, : or # in them belong in quotes"
    )


def _misread(number: str) -> str | None:
    """Return why a number means something else to YAML 1.1 than to people, or None."""
    # Not quoted either: it may be a password of digits.
    if ":" in number:
        return "has colons, which YAML reads as a number of base 60; write a plain number, or text in quotes"
    if _OCTAL.fullmatch(number):
        return "begins with 0, which YAML reads as a number of base 8; write it without, or text in quotes"
    return None


class _Planter:
    """Build the tree and note every mistake on the way."""

    def __init__(self, file: str) -> None:
        self.errors: list[PolicyError] = []
        self._file = file
        self._planted = 0
        self._scalars = SafeConstructor()

    def plant(self, node: yaml.Node, key: str, above: tuple[yaml.Node, ...]) -> Any:
        """Return the value of a node; `above` are the nodes that hold it."""
        self._planted += 1
        if self._planted > _MOST_VALUES:
            if self._planted == _MOST_VALUES + 1:
                self._object(key, f"unfolds to more than {_MOST_VALUES} values; use fewer anchors")
            return None
        if node in above:
            return self._object(key, "an anchor contains itself; write the value out")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, key, (*above, node))
        if isinstance(node, yaml.SequenceNode):
            return [
                self.plant(child, f"{key}[{place}]", (*above, node)) for place, child in enumerate(node.value)
            ]
        return self._scalar(node, key)

    def _mapping(self, node: yaml.MappingNode, key: str, above: tuple[yaml.Node, ...]) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for name_node, child in node.value:
            name = name_node.value
            line = name_node.start_mark.line + 1
            if not isinstance(name, str):
                self._object(key, f"has a key in line {line} that is no plain name")
                continue
            path = f"{key}.{name}" if key else name
            if name in mapping:
                self._object(path, f"stands here twice, again in line {line}; keep one of them")
            mapping[name] = self.plant(child, path, above)
        return mapping

    def _scalar(self, node: yaml.Node, key: str) -> Any:
        if node.tag in _TEXT_TAGS:
            return node.value
        if node.tag not in _NUMBER_TAGS:
            # Not quoted: it may be a password that begins with an exclamation mark.
            return self._object(key, "has a tag; write plain values only, and in quotes what begins with !")
        if node.tag != _TAG + "bool" and (reason := _misread(node.value)):
            return self._object(key, reason)
        try:
            return SafeConstructor.yaml_constructors[node.tag](self._scalars, node)
        except (ValueError, KeyError, yaml.YAMLError):
            return self._object(key, "is not what its tag says; write a plain value")

    def _object(self, key: str, message: str) -> None:
        self.errors.append(PolicyError(self._file, key, message))
