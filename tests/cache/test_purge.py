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
        ({"project": "shop"}, True),
        ({"project": "bank"}, False),
        ({"model": "flash", "credential": "key_1"}, True),
        ({"model": "flash", "credential": "key_2"}, False),
        ({"model": "pro"}, False),
    ],
)
def test_an_order_is_about_what_fits_all_it_says(order: dict[str, Any], dooms: bool) -> None:  # noqa: FBT001
    """
    And only about what was there before its moment.
    """
    label = a_label(
        made_at=_MADE_AT,
        project=_tag("project", "shop"),
        model=_tag("model", "flash"),
        credential=_tag("credential", "key_1"),
    )
    fields: dict[str, Any] = {"tenant": "acme", "before": _MADE_AT + 1, "ordered_at": _MADE_AT + 1} | order

    assert dooms is Purge(**fields).doomed(_tag)(label)
