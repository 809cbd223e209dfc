"""Which entries an order is about."""

from typing import Any

import pytest

from gateway.cache.purge import Purge
from tests.fakes.cache_values import a_label

_MADE_AT = 1_800_000_000.0


def _tag(kind: str, text: str) -> bytes:
    return f"{kind}/{text}".encode()


@pytest.mark.parametrize(
    ("order", "dooms"),
    [
        ({}, True),
        ({"before": _MADE_AT}, False),
        ({"before": _MADE_AT, "ordered_at": _MADE_AT}, True),
        ({"before": _MADE_AT, "ordered_at": _MADE_AT, "project": "bank"}, False),
        ({"project": "shop"}, True),
        ({"project": "bank"}, False),
        ({"model": "flash", "credential": "key_1"}, True),
        ({"model": "flash", "credential": "key_2"}, False),
        ({"model": "pro"}, False),
    ],
)
def test_an_order_is_about_what_fits_all_it_says(order: dict[str, Any], dooms: bool) -> None:  # noqa: FBT001
    """
    And only about what was there before its moment, or got by who had not heard of it.
    """
    label = a_label(
        made_at=_MADE_AT,
        project=_tag("project", "shop"),
        model=_tag("model", "flash"),
        credential=_tag("credential", "key_1"),
    )
    fields: dict[str, Any] = {"tenant": "acme", "before": _MADE_AT + 1, "ordered_at": _MADE_AT + 1} | order

    assert dooms is Purge(**fields).doomed(_tag, lambda _: False)(label)


@pytest.mark.parametrize(("made_at", "dooms"), [(_MADE_AT, False), (_MADE_AT - 1, True)])
def test_what_was_got_by_who_had_heard_of_the_order_is_as_old_as_it_says(
    made_at: float,
    dooms: bool,  # noqa: FBT001
) -> None:
    """
    An order is heard by its name, and dated by a clock; either is enough against an entry.
    """
    order = Purge(tenant="acme", before=_MADE_AT, ordered_at=_MADE_AT)

    assert dooms is order.doomed(_tag, lambda _: True)(a_label(made_at=made_at))
