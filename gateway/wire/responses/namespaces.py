"""Functions in namespaces, which chat does not know: there each has one name, of both."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class Name(NamedTuple):
    """The name of a function in a namespace."""

    namespace: str
    name: str

    @property
    def joined(self) -> str:
        """Its name at chat."""
        return f"{self.namespace}__{self.name}"


Names = Mapping[str, Name]


def names_of(tools: object) -> Names:
    """Return the names of all functions in namespaces, by what they are called at chat."""
    return {name.joined: name for tool in _objects(tools) for name in _names_in(tool)}


def joined(name: str, namespace: object) -> str:
    """Return what a function is called at chat."""
    return Name(namespace, name).joined if type(namespace) is str and namespace else name


def _names_in(tool: dict[str, Any]) -> Iterator[Name]:
    if tool.get("type") == "namespace":
        for function in _objects(tool.get("tools")):
            yield Name(str(tool.get("name")), str(function.get("name")))


def _objects(found: object) -> list[dict[str, Any]]:
    return [one for one in found if type(one) is dict] if type(found) is list else []
