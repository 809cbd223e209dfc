"""From where a caller really comes, behind proxies that we trust: a pure decision."""

import ipaddress
from collections.abc import Mapping, Sequence

from gateway.foundation.addresses import Address, plain
from gateway.identity.conditions import Network, is_within

FORWARDED = b"x-forwarded-for"


def client_address(peer: str, headers: Mapping[bytes, bytes], trusted: Sequence[Network]) -> Address | None:
    """
    Return the address of the caller, or None if it cannot be known.

    The peer itself, unless it is a trusted proxy: then the last address in
    `x-forwarded-for` that is none. What a stranger wrote further to the left is
    never believed, and an entry that is no address ends the search.
    """
    address = read_address(peer)
    if not trusted or not is_within(address, trusted):
        return address
    for text in reversed(headers.get(FORWARDED, b"").decode("latin-1").split(",")):
        address = read_address(text.strip())
        if address is None or not is_within(address, trusted):
            return address
    return address


def written_address(peer: str, headers: Mapping[bytes, bytes], trusted: Sequence[Network]) -> str:
    """Return the address of the caller as it is written down: the peer's where nobody knows better."""
    # Of a socket the system writes it as `ipaddress` would, and most callers come without a proxy.
    address = client_address(peer, headers, trusted) if trusted else None
    return peer if address is None else str(plain(address))


def account_of(address: Address | None) -> str:
    """
    Name whose failures are counted together: an IPv4 address, a /64 of IPv6, or all who are unknown.

    A single customer has a whole /64 and could show each guess from another address.
    """
    if address is None:
        return "unknown"
    shown = plain(address)
    if isinstance(shown, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((int(shown) >> 64 << 64, 64)))
    return str(shown)


def read_address(text: str) -> Address | None:
    """Return the address that a text is, with or without port and brackets, or None."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
