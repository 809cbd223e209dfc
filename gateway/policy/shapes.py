"""
A tree of plain values as a typed document, with every mistake in it.

msgspec alone stops at the first mistake; this walks the same Struct types,
collects all of them with their keys, and leaves the leaves to msgspec.
"""

import types
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Meta

from gateway.foundation.secret import Secret
from gateway.policy.hints import nearest
from gateway.policy.variables import Expanded

_Shape = TypeVar("_Shape")
_BROKEN: Any = object()
_WORDS = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a mapping of keys to values",
    type(None): "empty",
}


def read_shape(tree: Any, shape: type[_Shape]) -> tuple[_Shape | None, list[tuple[str, str]]]:
    """Return the document, or None and all its mistakes as pairs of key and message."""
    reader = _Reader()
    value = reader.read(tree, shape, "")
    return (None if reader.mistakes else value), reader.mistakes


class _Reader:
    """One walk over one document."""

    def __init__(self) -> None:
        self.mistakes: list[tuple[str, str]] = []
        self._containers: dict[Any, Callable[[Any, tuple[Any, ...], str], Any]] = {
            tuple: self._list,
            dict: self._mapping,
            Literal: self._choice,
            Union: self._either,
            types.UnionType: self._either,
        }

    def read(self, value: Any, wanted: Any, key: str) -> Any:
        """Return the value as its type wants it, or note why not."""
        bare = get_args(wanted)[0] if get_origin(wanted) is Annotated else wanted
        origin = get_origin(bare)
        if isinstance(bare, type) and origin is None and issubclass(bare, msgspec.Struct):
            return self._struct(value, bare, key)
        if value == [] and origin is tuple and wanted is not bare:
            return self._object(key, f"is empty; {_wish(wanted)}")
        if origin in self._containers:
            return self._containers[origin](value, get_args(bare), key)
        return _plain(value) if bare is Any else self._leaf(value, wanted, key)

    def _struct(self, value: Any, shape: type[msgspec.Struct], key: str) -> Any:
        if not isinstance(value, dict):
            return self._object(key, f"must be {_WORDS[dict]}, not {_word(value)}")
        fields = {field.encode_name: field for field in msgspec.structs.fields(shape)}
        for name in value.keys() - fields.keys():
            self._object(_join(key, name), f"unknown key; {nearest(name, fields)}")
        read: dict[str, Any] = {}
        for name, field in fields.items():
            if name in value:
                read[field.name] = self.read(value[name], field.type, _join(key, name))
            elif field.required:
                self._object(_join(key, name), f"is missing; {_wish(field.type)}")
        return _BROKEN if self.mistakes else shape(**read)

    def _either(self, value: Any, wanted: tuple[Any, ...], key: str) -> Any:
        if type(None) in wanted:
            return None if value is None else self.read(value, wanted[0], key)
        # What is left are kinds of one thing, each with its own keys; the document says which.
        field = wanted[0].__struct_config__.tag_field
        kinds = {kind.__struct_config__.tag: kind for kind in wanted}
        if not isinstance(value, dict):
            return self._object(key, f"must be {_WORDS[dict]}, not {_word(value)}")
        said = value.get(field)
        if not isinstance(said, str) or str(said) not in kinds:
            return self._object(_join(key, field), f"must be one of: {', '.join(map(str, kinds))}")
        return self._struct({name: one for name, one in value.items() if name != field}, kinds[said], key)

    def _list(self, value: Any, wanted: tuple[Any, ...], key: str) -> Any:
        if not isinstance(value, list):
            return self._object(key, f"must be a list, not {_word(value)}")
        return tuple([self.read(item, wanted[0], f"{key}[{place}]") for place, item in enumerate(value)])

    def _mapping(self, value: Any, wanted: tuple[Any, ...], key: str) -> Any:
        if not isinstance(value, dict):
            return self._object(key, f"must be {_WORDS[dict]}, not {_word(value)}")
        for name in value:
            self._leaf(name, wanted[0], _join(key, name))
        return {name: self.read(item, wanted[1], _join(key, name)) for name, item in value.items()}

    def _choice(self, value: Any, choices: tuple[Any, ...], key: str) -> Any:
        if isinstance(value, str) and str(value) in choices:
            return str(value)
        return self._object(key, f"must be one of: {', '.join(map(str, choices))}")

    def _leaf(self, value: Any, wanted: Any, key: str) -> Any:
        if wanted is Secret:
            return Secret(str(value)) if isinstance(value, str) else self._mistyped(value, str, key)
        try:
            # A variable is always text; only there may text stand for a number.
            return msgspec.convert(_plain(value), wanted, strict=not isinstance(value, Expanded))
        except msgspec.ValidationError:
            return self._mistyped(value, wanted, key)

    def _mistyped(self, value: Any, wanted: Any, key: str) -> Any:
        bare = get_args(wanted)[0] if get_origin(wanted) is Annotated else wanted
        wish = _wish(wanted) if wanted is not bare else f"must be {_WORDS[bare]}"
        same = isinstance(value, bare) or (bare is float and isinstance(value, int))
        return self._object(key, wish if same else f"{wish}, not {_word(value)}")

    def _object(self, key: str, message: str) -> Any:
        self.mistakes.append((key, message))
        return _BROKEN


def _plain(value: Any) -> Any:
    if isinstance(value, Expanded):
        return str(value)
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _join(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _word(value: Any) -> str:
    return _WORDS.get(str if isinstance(value, str) else type(value), "something else")


def _wish(wanted: Any) -> str:
    for wish in _wishes(wanted):
        return f"must be {wish}"
    return "write it"


def _wishes(wanted: Any) -> Iterator[str]:
    origin = get_origin(wanted)
    if origin is Annotated:
        yield from (
            note.description for note in get_args(wanted)[1:] if isinstance(note, Meta) and note.description
        )
    elif origin is Literal:
        yield "one of: " + ", ".join(map(str, get_args(wanted)))
    elif origin is tuple:
        yield _WORDS[list]
    elif origin is dict or (isinstance(wanted, type) and issubclass(wanted, msgspec.Struct)):
        yield _WORDS[dict]
    elif wanted in _WORDS:
        yield _WORDS[wanted]
