"""From where a caller comes: the peer, or what a proxy that we trust says."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.identity.client_address import account_of, client_address, read_address, written_address
from gateway.identity.conditions import read_networks

_PROXIES = read_networks(["10.0.0.0/8", "::1/128"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.1", "203.0.113.9", "192.0.2.1"),
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3"),
        ("::1", "[2001:db8::1]:443", "2001:db8::1"),
        ("10.0.0.1", "203.0.113.9:1234", "203.0.113.9"),
    ],
)
def test_the_last_stranger_in_the_chain_is_the_caller(peer: str, forwarded: str, expected: str) -> None:
    """
    Whatever stands further to the left anyone may have written.
    """
    found = client_address(peer, {b"x-forwarded-for": forwarded.encode()}, _PROXIES)

    assert expected == str(found)


@pytest.mark.parametrize("forwarded", ["", "unknown", "203.0.113.9, unknown", "203.0.113.9,"])
def test_an_entry_that_is_no_address_hides_the_caller(forwarded: str) -> None:
    """
    Nobody is taken for someone whom a proxy did not name.
    """
    assert client_address("10.0.0.1", {b"x-forwarded-for": forwarded.encode()}, _PROXIES) is None


def test_without_trusted_proxies_nobody_is_believed() -> None:
    """
    The peer is the caller.
    """
    found = client_address("10.0.0.1", {b"x-forwarded-for": b"203.0.113.9"}, ())

    assert ipaddress.ip_address("10.0.0.1") == found


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.1", "203.0.113.9", "192.0.2.1"),
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "[2001:DB8:0::0001]:443", "2001:db8::1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
    ],
)
def test_an_address_is_written_down_in_one_way(peer: str, forwarded: str, expected: str) -> None:
    """
    Whoever looks for it writes it so, too; where a proxy names nobody, it is the proxy's.
    """
    headers = {b"x-forwarded-for": forwarded.encode()}

    assert expected == written_address(peer, headers, _PROXIES)
    assert peer == written_address(peer, headers, ())


@pytest.mark.parametrize(
    ("address", "account"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("nobody", "unknown"),
    ],
)
def test_one_customer_has_one_account(address: str, account: str) -> None:
    """
    Whoever has a whole network of IPv6 cannot guess from a new address each time.
    """
    assert account == account_of(read_address(address))


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_none(text: str) -> None:
    """
    Nothing that stands in a head breaks the search.
    """
    found = read_address(text)

    assert found is None or ipaddress.ip_address(str(found)) == found


@given(
    st.lists(st.ip_addresses().map(str), max_size=5),
    st.ip_addresses().filter(lambda one: not any(one in network for network in _PROXIES)),
    st.lists(st.just("10.9.9.9"), max_size=3),
)
def test_a_caller_cannot_hide_behind_what_it_writes(
    written: list[str], caller: object, proxies: list[str]
) -> None:
    """
    Each proxy adds whom it saw; the caller's own entries, further left, change nothing.
    """
    chain = ", ".join([*written, str(caller), *proxies])

    found = client_address("10.0.0.1", {b"x-forwarded-for": chain.encode()}, _PROXIES)

    assert caller == found
