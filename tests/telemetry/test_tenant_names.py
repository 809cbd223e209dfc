"""Which tenants have a name in metrics."""

from hypothesis import given
from hypothesis import strategies as some

from gateway.telemetry.tenant_names import NOBODY, OTHERS, TenantNames


def test_the_policys_tenants_come_first_in_its_order() -> None:
    """
    Whoever is seen later is one of the others.
    """
    names = TenantNames(2)

    names.expect(["one", "two", "three"])

    assert ["two", OTHERS, "one", OTHERS] == [names.name(one) for one in ("two", "three", "one", "stranger")]


def test_where_there_is_room_a_tenant_gets_a_name_when_it_is_seen() -> None:
    """
    A policy that is read again may bring more.
    """
    names = TenantNames(2)
    names.expect(["one"])

    assert ["new", OTHERS] == [names.name(one) for one in ("new", "newer")]


@given(some.lists(some.text(max_size=3), max_size=50), some.integers(1, 9))
def test_there_are_never_more_names_than_are_allowed(tenants: list[str], most: int) -> None:
    """
    And a name that was given once stays.
    """
    names = TenantNames(most)

    first = [names.name(tenant) for tenant in tenants]
    again = [names.name(tenant) for tenant in tenants]

    given_names = {name for name in first if name not in (OTHERS, NOBODY)}
    assert len(given_names) <= most
    assert first == again


def test_nobody_takes_nobodys_place() -> None:
    """
    Refused strangers are counted beside all tenants.
    """
    names = TenantNames(1)

    assert [NOBODY, "one", OTHERS, NOBODY] == [names.name(one) for one in (NOBODY, "one", "two", NOBODY)]
