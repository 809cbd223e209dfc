"""Words that end or begin at a place."""

from gateway.redaction.edges import Beginnings, Endings


def test_the_longest_word_that_ends_at_a_place_is_told() -> None:
    """
    A shorter one inside it says less.
    """
    endings = Endings(["经理", "总经理"])

    assert ["", "总经理", ""] == [endings.at("总经理好", place) for place in (2, 3, 4)]


def test_the_longest_word_that_begins_at_a_place_is_told() -> None:
    """
    At the end of a text nothing begins.
    """
    beginnings = Beginnings(["总", "总监"])

    assert ["总监", "", ""] == [beginnings.at("总监", place) for place in (0, 1, 2)]


def test_the_last_signs_are_known() -> None:
    """
    Who asks often may first ask for the sign.
    """
    assert {"理", "师"} == Endings(["经理", "总经理", "律师"]).last_signs
