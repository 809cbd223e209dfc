"""What a document about private data may say, and what it means when it says nothing."""

from gateway.policy.shapes import read_shape
from gateway.redaction.rules import ProfileDocument, RedactionRules


def test_without_a_word_nothing_is_hidden() -> None:
    """
    The profile of a plan that names none is `none`.
    """
    rules, mistakes = read_shape({}, RedactionRules)

    assert (RedactionRules(profile="none"), []) == (rules, mistakes)


def test_a_profile_without_a_word_hides_everything_and_brings_it_back() -> None:
    """
    Placeholders for all that is found, and a request that cannot be looked through does not leave.
    """
    document, mistakes = read_shape({"profile": "mine"}, ProfileDocument)

    assert [] == mistakes
    assert document is not None
    assert ("pseudonymise", "block", "protect") == (document.default, document.on_failure, document.at_home)


def test_every_mistake_of_a_profile_is_told_with_its_key() -> None:
    """
    Words that are no action, no kind of value, no bound.
    """
    tree = {
        "profile": "mine",
        "default": "hide",
        "entities": {"person": {"action": "redact"}, "EMAIL": {"action": "encrypt"}},
        "bounds": {"seconds": 0},
        "placeholder": {},
    }

    _, mistakes = read_shape(tree, ProfileDocument)

    assert {
        "default", "entities.person", "entities.EMAIL.action", "bounds.seconds", "placeholder",
    } == {key for key, _ in mistakes}  # fmt: skip
