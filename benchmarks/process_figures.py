"""What the kernel says of a process and its children: CPU time and resident memory (Linux)."""

from pathlib import Path

_PROC = Path("/proc")


def family(pid: int) -> list[int]:
    """Return this process and all that descend from it."""
    members = [pid]
    for member in members:
        for children in (_PROC / str(member) / "task").glob("*/children"):
            members += [int(child) for child in children.read_text().split()]
    return members


def cpu_seconds(pid: int) -> float:
    """
    Return the CPU time, user and system, of a process tree.

    `schedstat` counts nanoseconds for each living thread; `stat` would count
    ticks of 10 ms.
    """
    threads = [
        thread for member in family(pid) for thread in (_PROC / str(member) / "task").glob("*/schedstat")
    ]
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def resident_bytes(pid: int) -> int:
    """Return what a process tree holds in memory now."""
    return _status_bytes(pid, "VmRSS")


def peak_resident_bytes(pid: int) -> int:
    """Return the most that the processes of a tree ever held in memory."""
    return _status_bytes(pid, "VmHWM")


def _status_bytes(pid: int, name: str) -> int:
    total = 0
    for member in family(pid):
        for line in (_PROC / str(member) / "status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                total += int(line.split()[1]) * 1024
    return total
