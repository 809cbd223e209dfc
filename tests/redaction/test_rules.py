"""A promise of privacy that would not be kept is refused."""

from gateway.policy.shapes import read_shape
from gateway.redaction.rules import RedactionRules


def test_only_the_profile_none_is_accepted() -> None:
    """
    A profile that is not built is a mistake, never ignored.
    """
    rules, mistakes = read_shape({"profile": "baseline"}, RedactionRules)

    assert rules is None
    assert [("profile", "must be one of: none")] == mistakes


def test_without_a_word_nothing_is_hidden() -> None:
    """
    The profile of a document that names none is `none`.
    """
    rules, mistakes = read_shape({}, RedactionRules)

    assert (RedactionRules(profile="none"), []) == (rules, mistakes)
