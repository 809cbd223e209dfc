"""A body becomes what a route wants, or is refused by the field at fault."""

import msgspec
import pytest

from gateway.edge.admin.act import AdminVisit, bad_body
from gateway.edge.admin.refusals import BadAdminRequest
from gateway.identity.key_orders import Actor
from tests.fakes.small_house import a_book


class Wish(msgspec.Struct, forbid_unknown_fields=True):
    """What a route may want."""

    names: tuple[str, ...]
    count: int = 1


def a_visit(**body: object) -> AdminVisit:
    """A call with this body."""
    return AdminVisit(Actor("boss", "_gateway", frozenset()), a_book(), {}, {}, body)


def test_a_good_body_is_its_shape() -> None:
    """
    With what was not said as the shape has it.
    """
    assert Wish(("a",), 1) == a_visit(names=["a"]).wish(Wish)


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"names": [1]}, "names"),
        ({"names": [], "count": "x"}, "count"),
        ({}, "names"),
        ({"names": [], "more": 1}, "more"),
    ],
)
def test_a_bad_body_is_refused_by_its_field(body: dict[str, object], param: str) -> None:
    """
    The first one at fault.
    """
    with pytest.raises(BadAdminRequest) as refused:
        a_visit(**body).wish(Wish)

    assert (400, "invalid_request", param) == (refused.value.status, refused.value.code, refused.value.param)


def test_a_mistake_without_a_field_names_none() -> None:
    """
    The message says what is wrong all the same.
    """
    refusal = bad_body(msgspec.ValidationError("Expected `object`, got `int`"))

    assert (None, "The request cannot be done: Expected `object`, got `int`.") == (
        refusal.param,
        refusal.message,
    )
