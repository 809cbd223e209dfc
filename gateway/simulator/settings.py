"""How a simulator is set up."""

import ipaddress
from dataclasses import dataclass

from gateway.simulator.misbehaviour import BEHAVED, Misbehaviour


class NotLoopback(ValueError):
    """A simulator was asked to listen where strangers could reach it."""


@dataclass(frozen=True, slots=True)
class Canned:
    """
    One answer rendered in advance for every chat request, for load tests.

    Nothing of the request is checked but its path and whether it streams.
    `delta_size` is characters per delta; the whole answer waits for
    `whole_delay_ms` only.
    """

    deltas: int = 128
    delta_size: int = 5
    delay_ms: float = 5.0
    whole_delay_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """
    Where a simulator listens, whom it answers and how.

    Without `keys` everybody is answered. `echo` and `delay_ms` are what a
    request gets that says nothing else; `behaviour` is the default for all
    requests. Of the exchanges the latest `records_kept` are remembered. One that
    is not `is_scriptable` has no remote control: there is no path `/sim/`.
    """

    host: str = "127.0.0.1"
    port: int = 0
    keys: tuple[str, ...] = ()
    delay_ms: float = 0.0
    keep_alive_seconds: float = 1.0
    echo: bool = False
    behaviour: Misbehaviour = BEHAVED
    canned: Canned | None = None
    records_kept: int = 10_000
    is_scriptable: bool = True
    allow_other_hosts: bool = False

    def __post_init__(self) -> None:
        if not self.allow_other_hosts and not is_loopback(self.host):
            raise NotLoopback(
                f"The simulator answers only on a loopback address, and {self.host!r} is none: it is a toy "
                "that anyone could script. Use 127.0.0.1, or allow other hosts explicitly."
            )


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
