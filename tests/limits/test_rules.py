"""A limit that would not be kept is refused."""

from gateway.limits.rules import objections


def test_every_limit_is_objected_to_while_no_kind_is_built() -> None:
    """
    Each limit in a document gets its own objection, at its place.
    """
    places = [place for place, _ in objections([{"kind": "tokens"}, {"kind": "requests"}])]

    assert ["[0].kind", "[1].kind"] == places


def test_no_limits_are_fine() -> None:
    """
    An empty list is what a plan may say today.
    """
    assert [] == list(objections([]))
