"""What every kind of server is told of who asks."""

from typing import Any

import orjson
import pytest
from msgspec.structs import replace

from gateway.upstreams.kinds import KINDS
from gateway.wire.sealed_request import Isolation
from tests.fakes.chats import a_sealed_request, a_target

TENANT, USER = "t-of-acme", "u-of-wang"
# What tells a server whose cache a request may share; the others have no such field.
FIELDS = {"deepseek": "user_id", "vllm": "cache_salt", "sglang": "cache_salt"}


def sent(kind: str, isolation: Isolation, **fields: Any) -> dict[str, Any]:
    sealed = replace(a_sealed_request(**fields), isolation=isolation)
    body: dict[str, Any] = orjson.loads(KINDS[kind].call(sealed, a_target(kind)).body)
    return body


@pytest.mark.parametrize("kind", KINDS)
def test_tenants_are_kept_apart_under_pseudonyms(kind: str) -> None:
    """
    Where a server can keep them apart at all; nothing else changes.
    """
    body = sent(kind, Isolation(TENANT))

    expected = {FIELDS[kind]: TENANT} if kind in FIELDS else {}
    assert expected == {name: value for name, value in body.items() if value == TENANT}


@pytest.mark.parametrize("kind", KINDS)
def test_a_user_is_named_by_a_pseudonym(kind: str) -> None:
    """
    Where a server hears of users; a tenant's salt stays the tenant's.
    """
    body = sent(kind, Isolation(TENANT, USER))

    expected = (
        "cache_salt" if FIELDS.get(kind) == "cache_salt" else "user_id" if kind == "deepseek" else "user"
    )
    assert (TENANT if expected == "cache_salt" else USER) == body[expected]


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"deepseek"}))
def test_no_caller_sets_the_salt(kind: str) -> None:
    """
    Nobody can ask for another tenant's cache. (DeepSeek knows no salt.)
    """
    body = sent(kind, Isolation(TENANT), cache_salt="of-bolt", extra_key="of-bolt")

    assert "of-bolt" not in body.values()
