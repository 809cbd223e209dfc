"""Tests of benchmarks/process_figures.py."""

import mmap
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.process_figures import (
    cpu_seconds,
    family,
    forget_peak,
    own_cpu_seconds,
    peak_resident_bytes,
    resident_bytes,
    sockets_of,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_children_belong_to_the_family() -> None:
    """
    A process that was started by another is counted with it.
    """
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        members = family(os.getpid())
        child.communicate(b"\n")

    assert {os.getpid(), child.pid} <= set(members)


def test_computing_costs_cpu_time() -> None:
    """
    The figure grows by about what the process itself says it used.
    """
    before = cpu_seconds(os.getpid())
    own_before = time.process_time()
    while time.process_time() - own_before < 0.05:
        pass

    assert cpu_seconds(os.getpid()) - before >= 0.03


def test_a_peak_can_be_forgotten() -> None:
    """
    It begins anew at what is held then.
    """
    code = "block = bytearray(64 << 20)\ndel block\nprint()\ninput()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        before = peak_resident_bytes(child.pid)
        forget_peak(child.pid)
        after = peak_resident_bytes(child.pid)
        child.communicate(b"\n")

    assert before - after > 48 * 1024 * 1024


def test_what_children_compute_is_not_ones_own() -> None:
    """
    A supervisor's figure is not that of its workers.
    """
    code = "import time\nwhile time.process_time() < 0.2: pass\ninput()"
    own_before, all_before = own_cpu_seconds(os.getpid()), cpu_seconds(os.getpid())
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as child:
        while own_cpu_seconds(child.pid) < 0.15:
            time.sleep(0.005)
        own, everybodys = own_cpu_seconds(os.getpid()) - own_before, cpu_seconds(os.getpid()) - all_before
        child.communicate(b"\n")

    assert everybodys - own >= 0.14


def test_open_sockets_are_counted() -> None:
    """
    And files are not.
    """
    before = sockets_of(os.getpid())
    with socket.socket(), socket.socket(), Path(os.devnull).open("rb"):
        held = sockets_of(os.getpid())

    assert 2 == held - before


def test_the_peak_remembers_what_was_let_go() -> None:
    """
    Resident memory grows with what is held, and its peak stays when that is gone.
    """
    before = resident_bytes(os.getpid())
    # Asked of the kernel itself: the allocator may still hold what another test gave back.
    with mmap.mmap(-1, 16 * 1024 * 1024) as block:
        block.write(b"x" * (16 * 1024 * 1024))
        held = resident_bytes(os.getpid())

    # The kernel sums its counters up lazily: a megabyte is within its tolerance.
    assert held - before > 12 * 1024 * 1024
    assert peak_resident_bytes(os.getpid()) > held - 1024 * 1024
