"""Addresses in one form."""

import ipaddress

import pytest

from gateway.foundation.addresses import plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("::1", "::1"),
    ],
)
def test_an_address_of_ipv4_is_one_however_it_comes(text: str, expected: str) -> None:
    """
    And no other address changes.
    """
    assert expected == str(plain(ipaddress.ip_address(text)))
