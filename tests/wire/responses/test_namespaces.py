"""Functions in namespaces."""

import pytest

from gateway.wire.responses.namespaces import Name, joined, names_of


def test_every_function_of_a_namespace_has_one_name_at_chat() -> None:
    """
    By which it is found again.
    """
    tools = [
        {"type": "function", "name": "f"},
        {"type": "namespace", "name": "n", "tools": [{"type": "function", "name": "f"}, "x"]},
        {"type": "namespace", "name": "m"},
        "x",
    ]

    assert {"n__f": Name("n", "f")} == names_of(tools)
    assert {} == names_of(None)


@pytest.mark.parametrize(("namespace", "name"), [("n", "n__f"), (None, "f"), ("", "f"), (5, "f")])
def test_a_name_is_joined_where_there_is_a_namespace(namespace: object, name: str) -> None:
    """
    Else it stays.
    """
    assert name == joined("f", namespace)
