"""The keys of one tenant, and the names a model server hears."""

import re

from gateway.redaction.tenant_keys import TenantKeys

ACME, BOLT = TenantKeys(b"a" * 32), TenantKeys(b"b" * 32)


def test_every_purpose_and_tenant_has_a_key_of_its_own() -> None:
    """
    Marks and words never share one.
    """
    assert 4 == len({ACME.marks, ACME.words, BOLT.marks, BOLT.words})


def test_a_model_server_hears_pseudonyms() -> None:
    """
    In the letters that DeepSeek accepts, and stable.
    """
    names = [ACME.isolation, ACME.user("wang.fang@corp.cn"), ACME.user("x" * 1000), ACME.user("\ud800")]

    assert all(re.fullmatch("[a-z2-7]{27}", name) for name in names)
    assert ACME.user("wang.fang@corp.cn") == TenantKeys(b"a" * 32).user("wang.fang@corp.cn")


def test_the_same_user_of_two_tenants_is_two() -> None:
    """
    And no user is taken for the tenant as a whole.
    """
    assert 3 == len({ACME.user("bob"), BOLT.user("bob"), ACME.isolation})
