"""What the kernel says of this process."""

import os
import sys

import pytest
from prometheus_client import ProcessCollector

from gateway.telemetry.process_readings import open_descriptors, process_sources

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_the_process_is_told_as_every_client_tells_it() -> None:
    """
    Under the names and in the units of the library's own collector.
    """
    known = {
        sample.name: sample.value
        for metric in ProcessCollector(registry=None).collect()
        for sample in metric.samples
    }
    told = {family.name: source() for family, source in process_sources().items()}

    assert {name: pytest.approx(known[name], rel=0.2, abs=5) for name in told} == told
    assert {
        "process_cpu_seconds_total",
        "process_max_fds",
        "process_open_fds",
        "process_resident_memory_bytes",
        "process_start_time_seconds",
    } == set(told)


def test_descriptors_are_counted() -> None:
    """
    Each one more that is open.
    """
    before = open_descriptors()
    more = [os.open(os.devnull, os.O_RDONLY) for _ in range(10)]
    opened = open_descriptors()
    for one in more:
        os.close(one)

    assert 10 == opened - before
