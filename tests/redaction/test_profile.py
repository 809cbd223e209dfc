"""What a profile says, ready to be looked up, and what it may not say."""

from typing import Any

import msgspec
import pytest

from gateway.redaction.profile import language_of, objections, weaker, without
from gateway.redaction.rules import ProfileDocument
from gateway.redaction.secret_kinds import is_secret
from gateway.redaction.spans import Span
from tests.fakes.sealing import a_profile

KINDS = ("EMAIL", "PERSON", "PHONE", "SECRET_API_KEY")


def a_document(**fields: Any) -> ProfileDocument:
    return msgspec.convert({"profile": "mine", **fields}, ProfileDocument)


def mistakes(**fields: Any) -> list[tuple[str, str]]:
    return list(objections(a_document(**fields), KINDS, lambda name, _: f"not {name}"))


def test_what_is_not_named_follows_the_default() -> None:
    """
    But a secret is redacted where the default would let it come back.
    """
    profile = a_profile(entities={"PHONE": {"action": "mask"}})

    actions = [profile.handling(kind).action.name for kind in ("PHONE", "EMAIL", "SECRET_API_KEY")]

    assert ["mask", "pseudonymise", "redact"] == actions


def test_a_stricter_default_holds_for_secrets_too() -> None:
    """
    Blocking everything blocks them.
    """
    assert "block" == a_profile(default="block").handling("SECRET_API_KEY").action.name


def test_a_secret_that_would_come_back_is_refused() -> None:
    """
    No profile may say so, in whatever words.
    """
    found = mistakes(entities={"SECRET_API_KEY": {"action": "pseudonymise"}})

    assert [
        (
            "entities.SECRET_API_KEY.action",
            "is pseudonymise, but a secret never comes back; use redact or block",
        )
    ] == found
    assert is_secret("SECRET_API_KEY")


def test_a_kind_that_nobody_looks_for_is_refused() -> None:
    """
    With a hint at what was meant.
    """
    found = mistakes(entities={"MAIL": {"action": "mask"}})

    assert [("entities.MAIL", "no such kind of value is looked for; not MAIL")] == found


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"entities": {"WECHAT_ID": {"action": "surrogate"}}}, "entities.WECHAT_ID.action"),
        ({"default": "surrogate"}, "default"),
    ],
)
def test_a_surrogate_that_does_not_exist_is_refused(fields: dict[str, Any], key: str) -> None:
    """
    A handle of a chat could always be somebody's.
    """
    document = a_document(**fields)

    assert [key] == [place for place, _ in objections(document, (*KINDS, "WECHAT_ID"), lambda *_: "")]


def test_a_good_document_has_no_objections() -> None:
    """
    Every action where it can be kept.
    """
    rules = {
        "PHONE": {"action": "surrogate"},
        "PERSON": {"action": "block"},
        "SECRET_API_KEY": {"action": "log_only"},
    }

    assert [] == mistakes(entities=rules)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, True),
        ({"allow": {"values": ["95588"]}}, False),
        ({"entities": {"PHONE": {"action": "mask", "least_score": 0.95}}}, False),
        ({"entities": {"PHONE": {"action": "mask", "languages": ["other"]}}}, False),
        ({"entities": {"PHONE": {"action": "mask", "languages": ["zh"]}}}, True),
    ],
)
def test_a_finding_may_be_none_of_the_rules_business(fields: dict[str, Any], expected: bool) -> None:  # noqa: FBT001
    """
    Allowed values, what is not sure enough, and texts in another language.
    """
    span = Span(0, 5, "PHONE", "95588", 0.9)

    assert expected is a_profile(**fields).concerns(span, "95588", "zh")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("help@corp.cn", False),
        ("help@DESK.corp.cn", False),
        ("help@notcorp.cn", True),
        ("corp.cn@evil.cn", True),
    ],
)
def test_addresses_of_an_allowed_domain_are_left(address: str, expected: bool) -> None:  # noqa: FBT001
    """
    And of what lies below it.
    """
    profile = a_profile(allow={"domains": ["corp.cn"]})

    assert expected is profile.concerns(Span(0, 1, "EMAIL", address, 0.9), address, "other")


def test_a_text_with_chinese_characters_is_chinese() -> None:
    """
    Whatever else it holds.
    """
    assert ["other", "other", "zh", "zh"] == [
        language_of(text) for text in ("hello", "grüß", "你好", "call 张伟")
    ]


def test_what_was_found_is_blanked_too() -> None:
    """
    The text stays as long as it was.
    """
    spans = [Span(0, 2, "PHONE", "12", 0.9), Span(3, 5, "PHONE", "34", 0.9)]

    assert "~~ ~~x" == without("12 34x", spans)


def test_the_same_rules_have_the_same_identity() -> None:
    """
    What was found under them may be kept over a reload.
    """
    one, same, other = a_profile(), a_profile(), a_profile(default="mask")

    assert one.identity == same.identity != other.identity


def test_only_what_can_come_back_has_a_shape() -> None:
    """
    A profile that restores nothing finds no tokens in an answer.
    """
    assert a_profile().shapes.whole.search("PHONE_22222222") is not None
    assert a_profile(default="redact").shapes.whole.search("PHONE_22222222") is None
    assert a_profile().shapes.whole.search("SECRET_API_KEY_22222222") is None


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"dictionaries": {"PROJECT": ["Aurora", "x"]}}, "dictionaries.PROJECT[1]"),
        # Hyperscan takes no pattern of that length, and said so without file and key.
        ({"dictionaries": {"PROJECT": ["Aurora", "曙" * 513]}}, "dictionaries.PROJECT[1]"),
        ({"patterns": {"STAFF": ["E[0-9]{6}", "(a+)+b"]}}, "patterns.STAFF[1]"),
        ({"patterns": {"STAFF": ["E[0-9"]}}, "patterns.STAFF[0]"),
        ({"dictionaries": {"P": ["Aurora"]}}, "dictionaries.P"),
    ],
)
def test_a_houses_own_words_have_to_be_safe(fields: dict[str, Any], key: str) -> None:
    """
    A word of one letter, a pattern that may run for ever or is none, a name that others begin with.
    """
    kinds = (*KINDS, "P_ABCDEFGH_X")

    assert [key] == [place for place, _ in objections(a_document(**fields), kinds, lambda name, _: name)]


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        ({}, {}, []),
        ({"default": "block"}, {}, []),
        ({"default": "allow"}, {}, ["EMAIL", "PERSON", "PHONE"]),
        ({"entities": {"PHONE": {"action": "log_only"}}}, {"default": "mask"}, ["EMAIL", "PERSON", "PHONE"]),
        ({"on_failure": "allow", "at_home": "original"}, {}, ["on_failure", "at_home"]),
        ({}, {"answers": "mask", "unreadable": "block"}, ["answers", "unreadable"]),
        ({"dictionaries": {"P": ["a1"]}}, {"dictionaries": {"P": ["a1", "a2"]}}, ["dictionaries"]),
        ({}, {"patterns": {"P": ["a"]}, "model": {"folder": "m"}}, ["patterns", "model"]),
    ],
)
def test_a_weaker_profile_is_known_by_what_it_hides_less_of(
    new: dict[str, Any], old: dict[str, Any], expected: list[str]
) -> None:
    """
    Kinds of value and other keys, by name.
    """
    assert expected == weaker(a_document(**new), a_document(**old), KINDS)


@pytest.mark.parametrize(
    ("fields", "screened"),
    [
        ({}, False),
        ({"answers": "mask"}, True),
        ({"entities": {"EMAIL": {"action": "redact", "answer": "block"}}}, True),
        ({"entities": {"EMAIL": {"action": "redact"}}}, False),
    ],
)
def test_answers_are_screened_where_any_kind_of_value_is_dealt_with(
    fields: dict[str, Any], *, screened: bool
) -> None:
    """
    Which is known before the first of them comes.
    """
    assert screened is a_profile(**fields).screens_answers
