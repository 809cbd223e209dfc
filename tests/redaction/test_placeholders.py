"""The words that stand for values: stable where they shall be, and telling nothing."""

import re

import pytest

from gateway.redaction.placeholders import (
    CODE_CHARACTERS,
    Epoch,
    Scope,
    epoch_of,
    mark_of,
    placeholder,
    scope_key,
    shape_of,
)

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
MARK = mark_of(KEY, "PERSON", "张伟")


def test_a_word_is_ascii_without_brackets() -> None:
    """
    The kind, an underscore, and eight characters nobody confuses.
    """
    word = placeholder(scope_key(KEY, Scope.TENANT, "", b""), "PERSON", MARK)

    assert re.fullmatch("PERSON_[2-9A-HJ-NP-Z]{8}", word)
    assert re.fullmatch(shape_of("PERSON").pattern, word)
    assert CODE_CHARACTERS == len(word) - len("PERSON_")


def test_the_same_value_has_the_same_word() -> None:
    """
    Today, tomorrow and in every process that has the key.
    """
    words = {placeholder(scope_key(KEY, Scope.TENANT, "", b""), "PERSON", MARK) for _ in range(3)}

    assert {"PERSON_87RDTMV4"} == words


@pytest.mark.parametrize(
    ("key", "entity", "value"),
    [(OTHER_KEY, "PERSON", "张伟"), (KEY, "EMAIL", "张伟"), (KEY, "PERSON", "张偉")],
)
def test_another_tenant_kind_or_value_is_another_mark(key: bytes, entity: str, value: str) -> None:
    """
    Nobody can tell whether two tenants speak of the same person.
    """
    assert mark_of(key, entity, value) != MARK


def test_a_mark_keeps_kind_and_value_apart() -> None:
    """
    Where one ends and the other begins is part of it.
    """
    assert mark_of(KEY, "AB", "C") != mark_of(KEY, "A", "BC")


@pytest.mark.parametrize(
    ("scope", "epoch", "subject"),
    [
        (Scope.REQUEST, "", b"a"),
        (Scope.CONVERSATION, "", b"a"),
        (Scope.TENANT, "2027-01", b""),
        (Scope.REQUEST, "", b"b"),
    ],
)
def test_every_scope_and_epoch_has_its_own_words(scope: Scope, epoch: str, subject: bytes) -> None:
    """
    So nothing links a person over more than the policy says.
    """
    tenant_wide = placeholder(scope_key(KEY, Scope.TENANT, "", b""), "PERSON", MARK)

    assert tenant_wide != placeholder(scope_key(KEY, scope, epoch, subject), "PERSON", MARK)


def test_another_attempt_is_another_word() -> None:
    """
    For two values that would have the same one.
    """
    scope = scope_key(KEY, Scope.TENANT, "", b"")

    assert 256 == len({placeholder(scope, "PERSON", MARK, attempt) for attempt in range(256)})


@pytest.mark.parametrize(
    ("epoch", "expected"),
    [(Epoch.NEVER, ""), (Epoch.YEARLY, "2027"), (Epoch.MONTHLY, "2027-03"), (Epoch.DAILY, "2027-03-01")],
)
def test_an_epoch_is_named_by_the_calendar(epoch: Epoch, expected: str) -> None:
    """
    Of UTC, the same in every process.
    """
    assert expected == epoch_of(epoch, 1_803_859_200.0)


def test_a_lone_surrogate_is_a_value_like_any_other() -> None:
    """
    It cannot be written in UTF-8, and yet be found.
    """
    assert 16 == len(mark_of(KEY, "PERSON", "\ud800"))
