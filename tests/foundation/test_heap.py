"""Freed memory goes back to the system."""

import os
from pathlib import Path

import pytest

from gateway.foundation.heap import give_back

_MEGABYTE = 1024 * 1024


def resident_bytes() -> int:
    """Return what this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="Linux tells of it in /proc")
def test_what_was_freed_is_no_longer_held() -> None:
    """
    Small pieces under one that stays are given back all the same.
    """
    pieces = [bytes(bytearray(1000)) for _ in range(60_000)]
    last = pieces[-1]
    held = resident_bytes()
    del pieces

    could = give_back()

    assert not could or resident_bytes() < held - 30 * _MEGABYTE
    assert 1000 == len(last)
