"""Facts about how a simulator is set up."""

import pytest

from gateway.simulator.settings import NotLoopback, SimulatorSettings


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_a_simulator_may_listen_on_loopback(host: str) -> None:
    """
    Addresses of this machine alone need no permission.
    """
    assert host == SimulatorSettings(host=host).host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.com", ""])
def test_a_simulator_does_not_meet_strangers_by_accident(host: str) -> None:
    """
    An address that others can reach is refused unless it was allowed.
    """
    with pytest.raises(NotLoopback, match="loopback"):
        SimulatorSettings(host=host)

    assert host == SimulatorSettings(host=host, allow_other_hosts=True).host
