"""What has to hold besides a credential being right."""

import ipaddress

import pytest

from gateway.identity.conditions import Conditions, Level, check_all, is_within, read_networks
from gateway.identity.refusals import CallerDisabled, KeyExpired, NotAuthenticated, TenantDisabled

_NOW = 1_800_000_000.0
_INSIDE, _OUTSIDE = ipaddress.ip_address("10.1.2.3"), ipaddress.ip_address("192.0.2.1")
_HOUSE = read_networks(["10.0.0.0/8", "fd00::/8"])


@pytest.mark.parametrize("level", Level)
def test_who_asks_for_nothing_lets_everyone_in(level: Level) -> None:
    """
    Also a caller whose address cannot be known.
    """
    conditions = Conditions(level)

    conditions.check(None, _NOW)

    assert conditions.are_none


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("fd00::1", True),
        ("11.0.0.1", False),
        ("::ffff:11.0.0.1", False),
        ("fe80::1", False),
    ],
)
def test_an_address_is_within_its_networks_in_both_families(address: str, *, inside: bool) -> None:
    """
    An IPv4 address that came over an IPv6 socket is still that address.
    """
    assert inside is is_within(ipaddress.ip_address(address), _HOUSE)


def test_an_unknown_address_is_within_nothing() -> None:
    """
    Who cannot say where they are is not inside.
    """
    assert not is_within(None, read_networks(["0.0.0.0/0", "::/0"]))


@pytest.mark.parametrize("text", ["10.0.0.1/8", "10.0.0.0/33", "house", ""])
def test_what_is_no_network_is_refused(text: str) -> None:
    """
    Bits beyond the prefix are a mistake, not a wish.
    """
    with pytest.raises(ValueError, match=r".+"):
        read_networks([text])


def test_every_level_has_to_agree() -> None:
    """
    A lower level cannot lift what a higher one asks: both networks must hold the address.
    """
    tenant = Conditions(Level.TENANT, networks=_HOUSE)
    key = Conditions(Level.KEY, networks=read_networks(["10.1.0.0/16"]))

    check_all((tenant, key), _INSIDE, _NOW)

    for address in (_OUTSIDE, ipaddress.ip_address("10.2.0.1")):
        with pytest.raises(CallerDisabled) as refused:
            check_all((tenant, key), address, _NOW)
        assert "address_not_allowed" == refused.value.code


@pytest.mark.parametrize(
    ("level", "refusal"),
    [(Level.TENANT, TenantDisabled), (Level.PROJECT, CallerDisabled), (Level.KEY, NotAuthenticated)],
)
def test_a_disabled_key_never_was_but_a_tenant_is_named(level: Level, refusal: type[Exception]) -> None:
    """
    Only the holder of a good key gets to hear of tenant and project.
    """
    with pytest.raises(refusal):
        Conditions(level, disabled=True).check(_INSIDE, _NOW)


def test_a_date_ends_at_its_moment() -> None:
    """
    Good until then, and not a moment longer.
    """
    conditions = Conditions(Level.KEY, expires_at=_NOW)

    conditions.check(_INSIDE, _NOW - 0.001)

    with pytest.raises(KeyExpired):
        conditions.check(_INSIDE, _NOW)
