"""Anchors and their numbers."""

from gateway.redaction.shapes import NUMBER, gather


def test_every_anchor_has_one_number_whatever_the_order_it_came_in() -> None:
    """
    Words first, then shapes; twice the same anchor is one.
    """
    anchors = gather([NUMBER, "b", "a", NUMBER, "b"])

    assert (("a", "b"), (NUMBER,)) == (anchors.words, anchors.shapes)
    assert [0, 1, 2] == [anchors.number_of(one) for one in ("a", "b", NUMBER)]
    assert anchors == gather(["a", "b", NUMBER])
