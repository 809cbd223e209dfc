"""What has to hold besides a credential being right: a pure decision."""

import ipaddress
from collections.abc import Iterable
from enum import StrEnum
from typing import TypeAlias

import msgspec

from gateway.foundation.addresses import Address, plain
from gateway.identity.refusals import (
    AddressNotAllowed,
    CallerDisabled,
    KeyBlocked,
    KeyExpired,
    KeyRotated,
    NotAuthenticated,
    TenantDisabled,
)

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

UNKNOWN_TEXT = "The API key is not valid. Check that it is whole and has not been revoked."
_ASK = "Ask the operator of this gateway"


class Level(StrEnum):
    """Who states a condition."""

    TENANT = "tenant"
    PROJECT = "project"
    KEY = "key"


class Conditions(msgspec.Struct, frozen=True, gc=False):
    """
    The conditions of one level; a lower level adds its own and lifts none.

    `disabled` makes a key answer like one that never was, a tenant or project
    by its name. `expires_at` and `replaced_at` are wall-clock seconds, and
    good until then. `networks` are those the caller must be in; None is any.
    """

    level: Level
    disabled: bool = False
    blocked: bool = False
    expires_at: float | None = None
    replaced_at: float | None = None
    networks: tuple[Network, ...] | None = None

    @property
    def are_none(self) -> bool:
        """Whether nothing is asked."""
        return self == Conditions(self.level)

    def check(self, address: Address | None, now_wall: float) -> None:
        """Raise the refusal for the first condition that does not hold."""
        if self.disabled:
            raise _disabled(self.level)
        if self.replaced_at is not None and self.replaced_at <= now_wall:
            raise KeyRotated("This API key was replaced by a newer one. Use the new one.")
        if self.blocked:
            raise KeyBlocked(f"This API key is blocked. {_ASK}.")
        if self.expires_at is not None and self.expires_at <= now_wall:
            raise _expired(self.level)
        if self.networks is not None and not is_within(address, self.networks):
            raise AddressNotAllowed(f"This credential may not be used from this address. {_ASK}.")


def check_all(conditions: Iterable[Conditions], address: Address | None, now_wall: float) -> None:
    """Raise the refusal for the first condition of any level that does not hold."""
    for one in conditions:
        one.check(address, now_wall)


def is_within(address: Address | None, networks: Iterable[Network]) -> bool:
    """Whether an address is in one of the networks; an IPv4 address also where it came as IPv6."""
    if address is None:
        return False
    shown = plain(address)
    return any(shown in network for network in networks)


def read_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Return the networks that these texts name; raise `ValueError`."""
    return tuple(ipaddress.ip_network(text) for text in texts)


def _disabled(level: Level) -> NotAuthenticated | CallerDisabled:
    if level is Level.KEY:
        return NotAuthenticated(UNKNOWN_TEXT)
    return _switched_off(level, "disabled")


def _expired(level: Level) -> CallerDisabled:
    if level is Level.KEY:
        return KeyExpired(f"This API key has expired. {_ASK} for a new one.")
    return _switched_off(level, "past its date")


def _switched_off(level: Level, how: str) -> CallerDisabled:
    kind = TenantDisabled if level is Level.TENANT else CallerDisabled
    return kind(f"The {level} of this credential is {how}. {_ASK}.")
