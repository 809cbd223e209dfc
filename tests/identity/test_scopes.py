"""What a credential is good for."""

import pytest

from gateway.identity.refusals import InsufficientScope
from gateway.identity.scopes import ADMIN_READ, CHAT, MODELS, ROLES, SCOPES, require, scope_objections
from gateway.vocabulary.caller import Caller


def a_caller_with(*scopes: str) -> Caller:
    """A caller whose credential has these scopes."""
    return Caller("acme", "default", "k", "api_key", frozenset(scopes))


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ((), CHAT),
        ((), MODELS),
        ((CHAT,), CHAT),
        ((CHAT,), MODELS),
        ((MODELS,), MODELS),
        ((ADMIN_READ,), ADMIN_READ),
    ],
)
def test_who_has_the_scope_goes_on(held: tuple[str, ...], wanted: str) -> None:
    """
    A key without scopes may ask and list; who may ask may list.
    """
    require(a_caller_with(*held), wanted)


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ((), ADMIN_READ),
        ((MODELS,), CHAT),
        ((ADMIN_READ,), CHAT),
        ((CHAT,), ADMIN_READ),
        ((ADMIN_READ,), MODELS),
    ],
)
def test_who_lacks_the_scope_is_told_which(held: tuple[str, ...], wanted: str) -> None:
    """
    In the words of RFC 6750, so that clients can ask for it.
    """
    with pytest.raises(InsufficientScope, match=f"'{wanted}'") as refused:
        require(a_caller_with(*held), wanted)

    challenge = refused.value.extra_headers["www-authenticate"]
    assert f'Bearer error="insufficient_scope", scope="{wanted}"' == challenge
    assert 403 == refused.value.status


def test_every_role_is_made_of_scopes_that_exist() -> None:
    """
    And the owner has all that administer.
    """
    assert [] == [scope for scopes in ROLES.values() for scope in scopes if scope not in SCOPES]
    assert {scope for scope in SCOPES if scope.startswith("admin:")} == ROLES["owner"]


def test_scopes_that_there_are_find_no_objection() -> None:
    """
    All of them, and none at all.
    """
    assert [] == [*scope_objections(SCOPES), *scope_objections(())]


@pytest.mark.parametrize(
    ("named", "hint"),
    [
        ("chta", "did you mean 'chat'? "),
        ("chat:wriet", "did you mean 'chat'? "),
        ("none", ""),
        ("admin:key", "did you mean 'admin:keys'? "),
        ("x" * 5000, ""),
    ],
)
def test_a_scope_that_there_is_not_is_told_with_the_way_out(named: str, hint: str) -> None:
    """
    Its place, the nearest one where one is near, and all that there are.
    """
    (objection,) = scope_objections([CHAT, named])

    assert (1, f"{named[:64]!r} is no scope; {hint}there are {', '.join(SCOPES)}") == objection
