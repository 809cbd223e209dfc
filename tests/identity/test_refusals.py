"""Refusals say what a client can act on, in the fields that it looks at."""

import pytest

from gateway.identity.refusals import InsufficientScope, MissingCredential, NotAuthenticated
from gateway.vocabulary.refusal import Refusal


@pytest.mark.parametrize("kind", [NotAuthenticated, MissingCredential])
def test_who_is_not_known_is_challenged(kind: type[Refusal]) -> None:
    """
    A 401 names the scheme (RFC 9110 11.6.1).
    """
    assert (401, {"www-authenticate": "Bearer"}) == (kind.status, kind.extra_headers)


def test_a_missing_scope_is_named() -> None:
    """
    One refusal's scope is not another's.
    """
    first, second = InsufficientScope.wanting("chat"), InsufficientScope.wanting("admin:keys")

    assert 'scope="chat"' in first.extra_headers["www-authenticate"]
    assert 'scope="admin:keys"' in second.extra_headers["www-authenticate"]
