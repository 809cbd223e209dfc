"""A tree becomes a typed document, or every mistake in it is told."""

from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta

from gateway.foundation.secret import Secret
from gateway.policy.shapes import read_shape
from gateway.policy.variables import Expanded


class Wheel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a cart."""

    spokes: Annotated[int, Meta(ge=3, description="a whole number from 3 up")] = 8


class Cart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something with one field of every sort."""

    name: str
    wheels: tuple[Wheel, ...] = ()
    loads: dict[Annotated[str, Meta(pattern="^[a-z]+$", description="small letters")], float] = {}
    colour: Literal["red", "green"] = "red"
    open: bool = False
    owner: str | None = None
    lock: Secret = Secret("")
    notes: dict[str, Any] = {}
    horses: Annotated[tuple[str, ...], Meta(min_length=1, description="a list of at least one")] = ()


def test_a_good_tree_becomes_the_document() -> None:
    """
    Every sort of field arrives typed.
    """
    tree = {
        "name": "a",
        "wheels": [{"spokes": 3}, {}],
        "loads": {"hay": 1, "oats": 0.5},
        "colour": "green",
        "open": True,
        "owner": None,
        "lock": "hush",
        "notes": {"any": [1, {"deep": Expanded("text")}]},
    }

    cart, mistakes = read_shape(tree, Cart)

    expected = Cart(
        name="a",
        wheels=(Wheel(spokes=3), Wheel()),
        loads={"hay": 1.0, "oats": 0.5},
        colour="green",
        open=True,
        lock=Secret("hush"),
        notes={"any": [1, {"deep": "text"}]},
    )
    assert (expected, []) == (cart, mistakes)


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ([], [("", "must be a mapping of keys to values, not a list")]),
        ({}, [("name", "is missing; must be text")]),
        ({"name": 1}, [("name", "must be text, not a whole number")]),
        ({"name": None}, [("name", "must be text, not empty")]),
        ({"name": "a", "nmae": 1}, [("nmae", "unknown key; did you mean 'name'?")]),
        ({"name": "a", "wheels": {}}, [("wheels", "must be a list, not a mapping of keys to values")]),
        (
            {"name": "a", "wheels": [{"spokes": 2}]},
            [("wheels[0].spokes", "must be a whole number from 3 up")],
        ),
        (
            {"name": "a", "wheels": [{}, {"spokes": "3"}]},
            [("wheels[1].spokes", "must be a whole number from 3 up, not text")],
        ),
        ({"name": "a", "loads": {"HAY": 1}}, [("loads.HAY", "must be small letters")]),
        ({"name": "a", "loads": {"hay": "much"}}, [("loads.hay", "must be a number, not text")]),
        ({"name": "a", "colour": "blue"}, [("colour", "must be one of: red, green")]),
        ({"name": "a", "colour": True}, [("colour", "must be one of: red, green")]),
        ({"name": "a", "open": "yes"}, [("open", "must be true or false, not text")]),
        ({"name": "a", "lock": 5}, [("lock", "must be text, not a whole number")]),
        ({"name": "a", "owner": []}, [("owner", "must be text, not a list")]),
        ({"name": "a", "notes": 1}, [("notes", "must be a mapping of keys to values, not a whole number")]),
        (
            {"wheels": [{"spokes": 1}, {"spoke": 9}], "open": 1},
            [
                ("name", "is missing; must be text"),
                ("open", "must be true or false, not a whole number"),
                ("wheels[0].spokes", "must be a whole number from 3 up"),
                ("wheels[1].spoke", "unknown key; did you mean 'spokes'?"),
            ],
        ),
    ],
)
def test_every_mistake_is_told_at_its_place(tree: Any, expected: list[tuple[str, str]]) -> None:
    """
    Key and way out for each mistake, and no document.
    """
    cart, mistakes = read_shape(tree, Cart)

    assert cart is None
    assert expected == sorted(mistakes)


@pytest.mark.parametrize(("text", "expected"), [("3", 3), ("12", 12)])
def test_a_variable_may_stand_for_a_number(text: str, expected: int) -> None:
    """
    A variable is always text, so its text is read as what the key wants.
    """
    wheel, _ = read_shape({"spokes": Expanded(text)}, Wheel)

    assert Wheel(spokes=expected) == wheel


def test_the_value_of_a_variable_is_never_quoted() -> None:
    """
    A secret in the wrong place does not end up in a message.
    """
    _, mistakes = read_shape(
        {
            "name": "a",
            "colour": Expanded("hush"),
            "open": Expanded("hush"),
            "loads": {"hay": Expanded("hush")},
        },
        Cart,
    )

    assert {"colour", "open", "loads.hay"} == {key for key, _ in mistakes}
    assert all("hush" not in message for _, message in mistakes)


class Horse(msgspec.Struct, tag_field="kind", tag="horse"):
    """One who pulls."""

    name: str


class Ox(msgspec.Struct, tag_field="kind", tag="ox"):
    """Another who pulls."""

    horns: int = 2


class Team(msgspec.Struct):
    """Those who pull a cart."""

    pulls: tuple[Horse | Ox, ...] = ()


def test_kinds_are_told_apart_by_their_key() -> None:
    """
    Each kind has keys of its own.
    """
    team, mistakes = read_shape({"pulls": [{"kind": "horse", "name": "a"}, {"kind": "ox"}]}, Team)

    assert (Team((Horse("a"), Ox())), []) == (team, mistakes)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        ({"kind": "goat"}, ("pulls[0].kind", "must be one of: horse, ox")),
        ({"name": "a"}, ("pulls[0].kind", "must be one of: horse, ox")),
        ("ox", ("pulls[0]", "must be a mapping of keys to values, not text")),
        ({"kind": "ox", "name": "a"}, ("pulls[0].name", "unknown key; there is horns")),
    ],
)
def test_a_kind_that_is_none_is_told(one: Any, expected: tuple[str, str]) -> None:
    """
    With the kinds there are, and the keys of the one that was meant.
    """
    _, mistakes = read_shape({"pulls": [one]}, Team)

    assert expected[0] == mistakes[0][0]
    assert mistakes[0][1].startswith(expected[1][:20])


@pytest.mark.parametrize(
    ("horses", "mistakes"),
    [
        (["bay"], []),
        ([], [("horses", "is empty; must be a list of at least one")]),
        ("bay", [("horses", "must be a list, not text")]),
        ([1], [("horses[0]", "must be text, not a whole number")]),
    ],
)
def test_a_list_may_have_to_name_something(horses: Any, mistakes: list[tuple[str, str]]) -> None:
    """
    Left out it is as empty as it likes.
    """
    assert mistakes == read_shape({"name": "a", "horses": horses}, Cart)[1]
    assert [] == read_shape({"name": "a"}, Cart)[1]
