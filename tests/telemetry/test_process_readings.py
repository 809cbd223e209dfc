"""What the kernel says of this process."""

import sys
import time

import pytest

from gateway.telemetry.process_readings import process_sources

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_the_process_is_told_as_every_client_tells_it() -> None:
    """
    Memory in bytes, times in seconds.
    """
    told = {family.name: source() for family, source in process_sources().items()}

    assert {
        "process_cpu_seconds_total",
        "process_max_fds",
        "process_open_fds",
        "process_resident_memory_bytes",
        "process_start_time_seconds",
    } == set(told)
    assert 10_000_000 < told["process_resident_memory_bytes"]
    assert 0 < told["process_open_fds"] < told["process_max_fds"]
    assert time.time() - 86_400 < told["process_start_time_seconds"] < time.time() + 1
