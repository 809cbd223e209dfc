"""The nouns are values: nobody changes one, and none carries more than its fields."""

import dataclasses
import importlib
import pkgutil

import msgspec
import pytest

import gateway.vocabulary

_MODULES = [
    importlib.import_module(module.name)
    for module in pkgutil.iter_modules(gateway.vocabulary.__path__, "gateway.vocabulary.")
]
NOUNS = [
    noun
    for module in _MODULES
    for noun in vars(module).values()
    if isinstance(noun, type) and noun.__module__ == module.__name__
    if dataclasses.is_dataclass(noun) or issubclass(noun, msgspec.Struct)
]


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.__name__)
def test_a_noun_is_frozen_and_slotted(noun: type) -> None:
    """
    What one room has made, no other can change or add to.
    """
    declared = noun.__struct_config__ if issubclass(noun, msgspec.Struct) else noun.__dataclass_params__  # type: ignore[attr-defined]
    assert declared.frozen
    assert "__dict__" not in dir(noun)


def test_there_are_nouns() -> None:
    """
    The walk finds them.
    """
    assert {"Arrival", "Caller", "Outcome", "Usage"} <= {noun.__name__ for noun in NOUNS}
